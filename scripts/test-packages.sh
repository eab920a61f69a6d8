#!/bin/sh
# The part of test-packages.js that needs root: installs Debian packages for the specs and leaves none of their services
# running or enabled. Upgrades and removes nothing. Exits with 0 if all are installed; otherwise the last line is the reason.
#
#   sh test-packages.sh PACKAGE...
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
umask 022

fail() {
  echo "$1"
  exit 1
}

# One run at a time, including other copies of this project: two would delete each other's policy.
exec 9>/run/coredinator-test-packages.lock || fail '/run is not writable'
flock -w 600 9 || fail 'another run of it does not finish'

missing=
for package; do
  dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

log=$(mktemp) || fail 'cannot create a temporary file'
stamp=
policy=/usr/sbin/policy-rc.d
our_line='# Of test-packages.sh of Coredinator, for as long as it installs packages; it may be deleted.'

tidy() {
  if grep -qsxF "$our_line" "$policy"; then rm -f "$policy"; fi
  rm -f "$log" ${stamp:+"$stamp"}
}
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Debian runs this file to decide whether an installation may start a service. An existing one is kept.
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\n%s\nexit 101\n' "$our_line" >"$policy" && chmod 755 "$policy" || fail "$policy cannot be written"
fi

apt() { # SECONDS COMMAND [OPTION...]
  seconds=$1
  shift
  timeout --kill-after=20 "$seconds" apt-get -qq -y --no-install-recommends --no-upgrade --no-remove \
    -o DPkg::Lock::Timeout=60 -o Dpkg::Use-Pty=0 "$@" </dev/null >"$log" 2>&1 9>&-
}

failed() {
  fail "apt-get $1: $(grep -v '^W:' "$log" | tail -n 1 | cut -c 1-300)"
}

# The network gets a short limit; after the download only a broken system can delay the installation.
fetch() {
  # Unquoted: a list of names.
  apt 600 install --download-only $missing
}
fetch || { apt 120 update && fetch; } || failed 'cannot get the packages'

stamp=$(mktemp) || fail 'cannot create a temporary file'
apt 600 install --no-download $missing || failed 'cannot install the packages'

# A service that was started nevertheless (the policy was not ours) is found by the pid file of its system service.
for file in /run/redis/redis-server.pid /run/nginx.pid; do
  [ "$file" -nt "$stamp" ] && read -r pid <"$file" || continue
  echo "stopping process $pid, which the installation started"
  kill "$pid"
done

# Nor are they to start at the next boot. Both packages name their unit after themselves.
if [ -d /run/systemd/system ]; then
  for package in $missing; do systemctl --quiet disable "$package.service" 2>/dev/null; done
fi
exit 0
