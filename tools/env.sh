# Where tools/setup puts what it installs outside of the system. To be sourced; sets nothing that is set already.
ORDERMESH_REPOSITORY=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export ORDERMESH_CACHE=${ORDERMESH_CACHE:-$HOME/.cache/ordermesh}
export ORDERMESH_VENV=$ORDERMESH_CACHE/venv
case ":$PATH:" in
  *":$ORDERMESH_CACHE/bin:"*) ;;
  *) export PATH=$ORDERMESH_CACHE/bin:$PATH ;;
esac
export ORDERMESH_REPOSITORY
