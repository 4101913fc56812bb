# buf, grpcurl, the OpenAPI generator, helm, helm-docs, kustomize and versitygw, from the Go module proxy. Only tests use them.

go_stamp() { pinned go "$TOOLS/go-tools.txt"; }

go_is_there() { stamped "$ORDERMESH_CACHE/bin/.stamp" "$(go_stamp)"; }

install_go_tools() {
  local tool version
  version=$(go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
  if [ "${version:-0}" -lt 21 ]; then
    note "no Go 1.21 or later: buf, grpcurl and protoc-gen-openapi are not installed, what needs them is skipped"
    return 0
  fi
  mkdir -p "$ORDERMESH_CACHE/bin"
  while read -r tool; do
    say "building $tool"
    GOBIN=$ORDERMESH_CACHE/bin quietly go install "$tool" || fail "go install $tool failed"
  done < <(grep -v '^#' "$TOOLS/go-tools.txt")
  go_stamp >"$ORDERMESH_CACHE/bin/.stamp"
}
