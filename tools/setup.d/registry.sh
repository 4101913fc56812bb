# Apicurio, a schema registry, for tests: one archive of Maven Central. It is fetched as a file, since Maven would also
# want the project's parent, which is not there for this version; the next ones need a newer Java than Debian 12 has.
REGISTRY_VERSION=3.0.9
REGISTRY_SHA256=2b28181501a20cbf6efcd77f9b7153908fc01f3d3a7c32024c0bd9e1b04c8a43
REGISTRY_URL=https://repo.maven.apache.org/maven2/io/apicurio/apicurio-registry-app/$REGISTRY_VERSION/apicurio-registry-app-$REGISTRY_VERSION-all.tar.gz

registry_is_there() { stamped "$ORDERMESH_CACHE/schema-registry/.stamp" "$REGISTRY_SHA256"; }

install_registry() {
  local folder=$ORDERMESH_CACHE/schema-registry
  say "fetching Apicurio into $folder"
  rm -rf "$folder"
  mkdir -p "$folder"
  quietly curl -sSfL --retry 3 -o "$folder/archive" "$REGISTRY_URL" || fail "Apicurio could not be fetched"
  echo "$REGISTRY_SHA256  $folder/archive" | quietly sha256sum -c || fail "Apicurio's archive is another one"
  quietly tar xzf "$folder/archive" -C "$folder"
  rm "$folder/archive"
  echo "$REGISTRY_SHA256" >"$folder/.stamp"
}
