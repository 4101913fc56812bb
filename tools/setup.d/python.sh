# The virtual environment of the tools: Envoy, the mail sink, the tests.

python_stamp() { pinned "$(python3 -V 2>/dev/null || true)" "$TOOLS/requirements.txt"; }

python_is_there() { stamped "$ORDERMESH_VENV/.stamp" "$(python_stamp)" && [ -x "$ORDERMESH_VENV/bin/python" ]; }

install_python_packages() {
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "needs Python 3.11 or later; found $(python3 -V)"
  say "installing Python packages into $ORDERMESH_VENV"
  rm -f "$ORDERMESH_VENV/.stamp"
  python3 -m venv --clear "$ORDERMESH_VENV" || fail "could not make $ORDERMESH_VENV"
  quietly "$ORDERMESH_VENV/bin/pip" install -q --disable-pip-version-check -r "$TOOLS/requirements.txt" ||
    fail "pip install failed"
  python_stamp >"$ORDERMESH_VENV/.stamp"
}
