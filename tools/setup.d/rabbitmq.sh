# The RabbitMQ of Debian 13, for the tests that run on two releases. Its packages are unpacked, not installed: whatever
# release this system has stays as it is.

# What a node takes besides its own package's dependencies: the root is no system, and nothing essential comes by itself.
RABBITMQ_DEBIAN13_PACKAGES=rabbitmq-server,base-files,bash,coreutils,dash,gawk,grep,hostname,libc-bin,procps,sed

rabbitmq_stamp() { pinned rabbitmq-debian13 "$TOOLS/setup.d/rabbitmq.sh"; }

rabbitmq_is_there() { stamped "$ORDERMESH_CACHE/rabbitmq-debian13/.stamp" "$(rabbitmq_stamp)"; }

install_rabbitmq() {
  local folder=$ORDERMESH_CACHE/rabbitmq-debian13
  say "unpacking the RabbitMQ of Debian 13 into $folder"
  rm -rf "$folder"
  mkdir -p "$folder"
  # chrootless: it takes no right that the caller has not.
  quietly mmdebstrap --mode=chrootless --variant=extract --include="$RABBITMQ_DEBIAN13_PACKAGES" trixie "$folder/root" \
    http://deb.debian.org/debian || fail "the packages of Debian 13 could not be fetched"
  mkdir -p "$folder/root/proc" "$folder/root/srv"
  echo "127.0.0.1 localhost" >"$folder/root/etc/hosts"
  rabbitmq_stamp >"$folder/.stamp"
}
