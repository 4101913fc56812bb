#!/bin/sh
# Makes the cluster, the owner's role and the database when the volume is empty, then becomes the server. The passwords are set
# at every start, so that a secret that was changed counts after a restart of the pod.
set -eu
programs=/usr/lib/postgresql/17/bin
secrets=/etc/ordermesh/secrets
settings="-c config_file=/etc/postgresql/postgresql.conf"

# A server of its own, without network: runs the statements of its input, one a line.
# shellcheck disable=SC2086  # two words
alone() { "$programs/postgres" --single -D "$1" $settings "$2" >/dev/null; }

quoted() { sed "s/'/''/g" "$secrets/$1"; }

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  # Beside its place first: a start that was cut off leaves nothing that looks like a cluster.
  rm -rf "$PGDATA.new"
  "$programs/initdb" -D "$PGDATA.new" -U postgres -A scram-sha-256 --pwfile="$secrets/superuser_password" \
    -E UTF8 --locale=C.UTF-8
  alone "$PGDATA.new" postgres <<END
CREATE ROLE ordermesh_owner LOGIN CREATEROLE
CREATE DATABASE ordermesh OWNER ordermesh_owner
END
  # A failed statement does not fail the server; a database that is not there does.
  alone "$PGDATA.new" ordermesh </dev/null
  mv "$PGDATA.new" "$PGDATA"
fi

alone "$PGDATA" postgres <<END
ALTER ROLE postgres PASSWORD '$(quoted superuser_password)'
ALTER ROLE ordermesh_owner PASSWORD '$(quoted owner_password)'
END
# shellcheck disable=SC2086
exec "$programs/postgres" -D "$PGDATA" $settings
