# Which systems are looked after. Others may do, with packages installed by hand; tools/setup doesn't guess.

require_supported_system() {
  local ID=unknown VERSION_ID='' PRETTY_NAME=''
  # shellcheck disable=SC1091
  [ ! -r /etc/os-release ] || . /etc/os-release
  case "$ID $VERSION_ID" in
    "debian 12" | "debian 13" | "ubuntu 24.04") ;;
    *) fail "unsupported system: ${PRETTY_NAME:-$(uname -s)}. Supported are Debian 12, Debian 13 and Ubuntu 24.04" ;;
  esac
  case "$(uname -m)" in
    x86_64 | aarch64) ;;
    *) fail "unsupported processor: $(uname -m). Supported are x86_64 and aarch64" ;;
  esac
}
