# The jars of a Kafka broker, from Maven Central.

kafka_stamp() { pinned kafka "$TOOLS/kafka/pom.xml"; }

kafka_is_there() { stamped "$ORDERMESH_CACHE/kafka/.stamp" "$(kafka_stamp)"; }

install_kafka() {
  say "fetching Kafka into $ORDERMESH_CACHE/kafka"
  rm -rf "$ORDERMESH_CACHE/kafka"
  quietly mvn -q -B -f "$TOOLS/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$ORDERMESH_CACHE/kafka/lib" || fail "Maven could not fetch Kafka"
  kafka_stamp >"$ORDERMESH_CACHE/kafka/.stamp"
}
