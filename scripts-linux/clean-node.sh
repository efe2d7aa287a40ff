#!/usr/bin/env bash
# Removes from this Node what antrea-agent made, and nothing else: its bridge with all ports, interfaces of Pods, iptables
# chains ANTREA-*, ipsets, routes, and the files of the CNI plugin. Pods lose their network: drain the Node before, and stop the agent.
#
#   scripts-linux/clean-node.sh [--bridge br-int] [--dry-run]
#
# It is safe to run twice. Everything is recognised by the mark that the agent puts on it: the round number on the bridge,
# the alias of interfaces, the prefix of chains and sets, protocol 65 of routes. CNI_CONF_DIR and CNI_BIN_DIR tell where the
# container runtime looks when it is not /etc/cni/net.d and /opt/cni/bin.
set -euo pipefail

usage() { sed -n '2,10s/^# \{0,1\}//p' "$0"; }
die() { echo "clean-node.sh: $*" >&2; exit 1; }

bridge=br-int dry_run=''
while [ $# -gt 0 ]; do
  case $1 in
    --bridge) [ $# -ge 2 ] || die '--bridge needs a name'; bridge=$2; shift ;;
    --dry-run) dry_run=1 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; die "unknown argument: $1" ;;
  esac
  shift
done
[ "$(id -u)" = 0 ] || die 'needs root'

step() {
  echo "+ $*"
  [ -n "$dry_run" ] || "$@"
}

refuse_while_agent_runs() {
  ! curl -sk -m 2 -o /dev/null https://127.0.0.1:10350/livez || die 'antrea-agent runs, and would make everything again: stop it first'
}

clean_bridge() {
  command -v ovs-vsctl >/dev/null || return 0
  if ! ovs-vsctl --timeout=5 show >/dev/null 2>&1; then
    echo '! Open vSwitch does not run: its bridge stays; start it and run this again' >&2
    return 0
  fi
  ovs-vsctl --timeout=15 br-exists "$bridge" || return 0
  if [ -z "$(ovs-vsctl --timeout=15 --if-exists get Bridge "$bridge" external_ids:roundNum)" ]; then
    echo "! bridge $bridge is not Antrea's: it stays" >&2
    return 0
  fi
  step ovs-vsctl --timeout=15 del-br "$bridge"
  # Nobody is there any more to say that packets may pass.
  step ovs-vsctl --timeout=15 remove Open_vSwitch . other_config flow-restore-wait
}

clean_interfaces() {
  local name
  ip -o link show | sed -n 's/^[0-9]*: \([^:@]*\)[:@].* alias antrea:.*/\1/p' | while read -r name; do
    step ip link delete "$name"
  done
  # With the kernel's datapath the bridge takes them along.
  for name in antrea-gw0 antrea-wg0; do
    [ -e "/sys/class/net/$name" ] || continue
    step ip link delete "$name" ||
      echo "! $name stays: the kernel's switch holds it. Start Open vSwitch and run this again, or restart this machine" >&2
  done
}

# clean_rules iptables-nft: jumps to our chains first, then the chains.
clean_rules() {
  local tool=$1 table rules line
  command -v "$tool-save" >/dev/null || return 0
  for table in raw mangle nat filter; do
    rules=$("$tool-save" -t "$table" 2>/dev/null | grep -e '^:ANTREA-' -e '^-A .* -j ANTREA-' -e '^-A ANTREA-' || true)
    [ -n "$rules" ] || continue
    {
      echo "*$table"
      sed -n 's/^-A \(.*-j ANTREA-.*\)/-D \1/p' <<<"$rules"
      sed -n 's/^:\(ANTREA-[^ ]*\).*/-F \1/p' <<<"$rules"
      sed -n 's/^:\(ANTREA-[^ ]*\).*/-X \1/p' <<<"$rules"
      echo COMMIT
    } >"$work/restore"
    while read -r line; do echo "+ $tool -t $table $line"; done < <(grep '^-' "$work/restore")
    [ -n "$dry_run" ] || "$tool-restore" --noflush --wait 10 <"$work/restore"
  done
}

clean_sets() {
  local name
  command -v ipset >/dev/null || return 0
  for name in $(ipset list -n 2>/dev/null | grep '^ANTREA-' || true); do step ipset destroy "$name"; done
}

clean_routes() {
  local family what line
  for family in -4 -6; do
    # `ip rule show` does not filter by protocol; it prints it.
    ip "$family" rule show | sed -n 's/^\([0-9]*\):.* proto 65\( .*\)\{0,1\}$/\1/p' | while read -r line; do
      step ip "$family" rule delete pref "$line" protocol 65
    done
    for what in 'route show table all' 'neigh show'; do
      # shellcheck disable=SC2086 # words
      ip "$family" $what proto 65 | sed -e 's/ PERMANENT.*$//' -e 's/ pref [a-z]*$//' | while read -r line; do
        step ip "$family" "${what%% *}" delete $line
      done
    done
  done
}

clean_files() {
  step rm -f "${CNI_CONF_DIR:-/etc/cni/net.d}/10-antrea.conflist" "${CNI_BIN_DIR:-/opt/cni/bin}/antrea"
  # Directories of a Pod that still runs are mounted: they stay.
  step rm -rf --one-file-system /var/lib/cni/networks/antrea /var/run/antrea
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
refuse_while_agent_runs
clean_bridge
clean_interfaces
for tool in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do clean_rules "$tool"; done
clean_sets
clean_routes
clean_files
