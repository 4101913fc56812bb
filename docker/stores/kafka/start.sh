#!/bin/sh
# Formats the storage when the volume is empty, then becomes the broker.
set -eu
settings=/etc/ordermesh/server.properties
if [ ! -s /var/lib/kafka/data/log/meta.properties ]; then
  # Any id will do: nothing else ever joins this cluster.
  /opt/kafka/bin/kafka-storage.sh format --ignore-formatted -t MkU3OEVBNTcwNTJENDM2Qg -c "$settings"
fi
exec /opt/kafka/bin/kafka-server-start.sh "$settings"
