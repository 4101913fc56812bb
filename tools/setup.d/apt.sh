# The distribution's packages: those of tools/apt-packages.txt that are not there yet, without the services that some of
# them would start.

# Prints the lines of the list that are for us and of which no alternative is installed: "a b c" or "a b c ?".
apt_missing() {
  awk -v purpose="$PURPOSE" '!/^ *(#|$)/ && ($1 == "run" || $1 == purpose || purpose == "cluster") {
        $1 = ""; gsub(/\|/, " "); print }' "$TOOLS/apt-packages.txt" |
    awk -v installed=" $(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | awk '$1 == "installed" { printf "%s ", $2 }')" '
      { there = 0
        for (i = 1; i <= NF; i++) if ($i != "?" && index(installed, " " $i " ")) there = 1
        if (!there) print }'
}

apt_install_missing() {
  local -a wanted=()
  local line name found
  [ -n "$1" ] || return 0
  say "updating the list of packages"
  quietly as_root apt-get update -q || fail "apt-get update failed"
  while read -r line; do
    found=
    for name in $line; do
      if [ "$name" != "?" ] && [[ $(apt-cache policy "$name") =~ Candidate:\ [^\(] ]]; then
        found=$name
        break
      fi
    done
    if [ -n "$found" ]; then
      wanted+=("$found")
    elif [[ $line == *\?* ]]; then
      note "this distribution has no package ${line%%[ ?]*}; what needs it is skipped"
    else
      fail "this distribution has no package ${line// / or }"
    fi
  done <<<"$1"
  [ ${#wanted[@]} -gt 0 ] || return 0
  say "installing ${wanted[*]}"
  without_services apt_install "${wanted[@]}"
}

apt_install() {
  quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    -o Dpkg::Options::=--force-confold "$@" || fail "apt-get install failed"
}

# Debian starts and enables a server when its package is installed, and makes a PostgreSQL cluster. Neither is wanted:
# we run private ones. What was installed before, running or not, is the user's and stays as it is.
without_services() {
  local policy=/usr/sbin/policy-rc.d cluster=/etc/postgresql-common/createcluster.d/ordermesh-setup.conf
  local -a new_units=()
  local made_policy=
  package_installed postgresql || new_units+=(postgresql.service)
  package_installed rabbitmq-server || new_units+=(rabbitmq-server.service)
  package_installed erlang-base || new_units+=(epmd.service epmd.socket)
  package_installed docker.io || new_units+=(docker.service docker.socket)
  package_installed containerd || new_units+=(containerd.service)
  package_installed etcd-server || new_units+=(etcd.service)
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\n# Made by tools/setup of Ordermesh while it installs packages: start nothing.\nexit 101\n' |
      as_root tee $policy >/dev/null
    as_root chmod 755 $policy
    made_policy=yes
  fi
  as_root mkdir -p "$(dirname $cluster)"
  echo "create_main_cluster = false" | as_root tee $cluster >/dev/null
  # In a subshell, so that a failure doesn't leave them behind.
  local outcome=0
  ("$@") || outcome=$?
  [ -z "$made_policy" ] || as_root rm -f $policy
  as_root rm -f $cluster
  as_root rmdir --ignore-fail-on-non-empty "$(dirname $cluster)" 2>/dev/null || true
  local unit
  for unit in "${new_units[@]}"; do
    disable_at_boot "$unit"
  done
  [ $outcome = 0 ] || exit $outcome
}

# Also where systemd isn't running, or isn't there yet: in a container, in an image that is being made.
disable_at_boot() {
  if command -v systemctl >/dev/null; then
    as_root systemctl disable "$1" >/dev/null 2>&1 || true
  else
    as_root env DPKG_MAINTSCRIPT_PACKAGE=ordermesh deb-systemd-helper disable "$1" >/dev/null 2>&1 || true
  fi
  if [ -e "/etc/init.d/${1%.*}" ]; then
    as_root update-rc.d "${1%.*}" disable >/dev/null 2>&1 || true
  fi
}

package_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
