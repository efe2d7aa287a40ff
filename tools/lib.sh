# Shared by the scripts in tools/: finding what is missing, and installing it.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

die() {
  echo "$*" >&2
  exit 1
}

say() { echo "==> $*"; }

# Debian packages that tests and the lab need, and a file of each that shows it is installed.
system_packages() {
  cat <<'LIST'
openvswitch-switch /usr/sbin/ovs-vswitchd
iproute2 /usr/sbin/ip|/sbin/ip|/bin/ip
iptables /usr/sbin/iptables-restore
ipset /usr/sbin/ipset
conntrack /usr/sbin/conntrack
ethtool /usr/sbin/ethtool
tcpdump /usr/bin/tcpdump|/usr/sbin/tcpdump
iputils-ping /usr/bin/ping|/bin/ping
curl /usr/bin/curl
util-linux /usr/bin/nsenter
kmod /usr/sbin/modprobe|/sbin/modprobe
procps /usr/bin/ps|/bin/ps
gcc /usr/bin/gcc
libc6-dev /usr/lib/x86_64-linux-gnu/libc.a|/usr/lib/aarch64-linux-gnu/libc.a
make /usr/bin/make
containernetworking-plugins /usr/lib/cni/host-local|/opt/cni/bin/host-local
LIST
  # Any kubectl will do; some machines have one that is not Debian's and does not get along with it.
  command -v kubectl >/dev/null || echo "kubernetes-client /usr/bin/kubectl"
}

missing_packages() {
  local package files file found
  while read -r package files; do
    found=
    for file in ${files//|/ }; do [ -e "$file" ] && found=1; done
    [ -n "$found" ] || echo "$package"
  done < <(system_packages)
}

need_root() { [ "$(id -u)" = 0 ] || die "$1 needs root: it makes network namespaces and starts Open vSwitch in them. Run: sudo $0 $2"; }

need_node() {
  command -v node >/dev/null || die "Node.js 20.19 or newer is needed and there is none. Install it (https://nodejs.org, or your distribution's package) and run this again."
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    die "Node.js 20.19 or newer is needed; this is $(node --version)."
}

# Installs what is missing from Debian's packages. Services are not started: every lab and test starts its own.
install_system_packages() {
  local missing
  missing=$(missing_packages | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || die "These are missing and this is no Debian: $missing. Install them and run this again."
  say "installing $missing"
  local log
  log=$(mktemp)
  # shellcheck disable=SC2086
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o Dpkg::Options::=--force-confold $missing; } >"$log" 2>&1; then
    tail -20 "$log" >&2
    die "apt-get could not install: $missing"
  fi
  rm -f "$log"
}

install_node_packages() {
  if [ ! -e "$root/node_modules/.package-lock.json" ]; then
    say "npm ci"
    (cd "$root" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || die "npm ci failed"
  fi
}

build() {
  say "building"
  (cd "$root" && npx --no-install tsc --build) || die "the build failed"
  make -s -C "$root/packages/cni/native" || die "building antrea-cni failed"
}
