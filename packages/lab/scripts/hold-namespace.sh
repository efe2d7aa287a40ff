#!/bin/sh
# Runs inside the fresh network, mount and UTS namespaces of a Node, a Pod or a piece of the network between them,
# prepares them, says "ready" and then holds them until it is killed.
#
#   LAB_HOSTNAME   host name inside
#   LAB_ROUTER     1: forward packets, answer ARP only for the interface's own addresses
#   LAB_STATE      the lab's directory
#   LAB_RUN        directory that becomes /run (and so /var/run) inside
#   LAB_RESOLV     file that becomes /etc/resolv.conf inside
#   LAB_HOSTS      file that becomes /etc/hosts inside
set -eu

# Tools read /sys/class/net: show them this namespace's interfaces.
mount -t sysfs sysfs /sys
hostname "$LAB_HOSTNAME"
ip link set lo up

put() {
  [ ! -e "/proc/sys/net/$2" ] || echo "$1" >"/proc/sys/net/$2"
}
# An address is usable at once: nobody else is on these links.
for scope in all default; do
  put 0 ipv6/conf/$scope/accept_dad
  put 0 ipv6/conf/$scope/accept_ra
  put 0 ipv6/conf/$scope/disable_ipv6
  put 0 ipv4/conf/$scope/rp_filter
done
if [ "${LAB_ROUTER:-}" = 1 ]; then
  put 1 ipv4/ip_forward
  put 1 ipv6/conf/all/forwarding
  put 1 ipv6/conf/default/forwarding
  # The userspace datapath reads interfaces through packet sockets, so the kernel sees the same frames. It must not
  # answer a Pod's ARP request for the gateway with the wrong interface's MAC: it would route a copy of every packet.
  put 1 ipv4/conf/all/arp_ignore
  put 1 ipv4/conf/default/arp_ignore
fi

if [ -n "${LAB_RUN:-}" ]; then
  # A /run of its own: sockets, PID files and the xtables lock of one Node are no other's. The lab's directory stays
  # visible under its own name.
  case $LAB_STATE in
    /run/*)
      mkdir -p "$LAB_RUN/${LAB_STATE#/run/}"
      mount --bind "$LAB_STATE" "$LAB_RUN/${LAB_STATE#/run/}"
      ;;
  esac
  mkdir -p "$LAB_RUN/openvswitch" "$LAB_RUN/antrea" "$LAB_RUN/lock"
  mount --rbind "$LAB_RUN" /run
  # Address allocations (/var/lib/cni) belong to the Node as well. A layer needs no directory on the machine itself.
  layer=$(dirname "$LAB_RUN")/layer
  mkdir -p "$layer"
  mount -t tmpfs tmpfs "$layer"
  mkdir "$layer/upper" "$layer/work"
  if ! mount -t overlay overlay -o "lowerdir=/var/lib,upperdir=$layer/upper,workdir=$layer/work" /var/lib 2>/dev/null; then
    mkdir -p /var/lib/cni
    mount --bind "$layer/upper" /var/lib/cni
  fi
  rm -rf /var/lib/cni/networks
fi
[ -z "${LAB_RESOLV:-}" ] || mount --bind "$LAB_RESOLV" /etc/resolv.conf
[ -z "${LAB_HOSTS:-}" ] || mount --bind "$LAB_HOSTS" /etc/hosts

echo ready
# Only now: what carries this is in a namespace of the lab, never in the machine's own.
ANTREA_LAB_HOLDS=1 exec sleep infinity
