#!/usr/bin/env bash
# Installs antrea-agent of this checkout as a systemd service: for Nodes on which no container is to run it.
#
#   scripts-linux/install-agent.sh --kubeconfig FILE [--controller HOST[:PORT]] [--node-name NAME] [--dry-run]
#   scripts-linux/install-agent.sh --uninstall [--dry-run]
#
#   --kubeconfig FILE    how the agent reaches the Kubernetes API: copied to /etc/antrea/kubeconfig
#   --controller ...     address of the Service antrea, or of antrea-controller; port 443 unless it is given
#   --node-name NAME     name of this Node in the cluster; default: the name of this machine
#   --dry-run            says what would be done, and does nothing
#   --root DIRECTORY     installs below this directory and starts nothing: for images of machines
#   --uninstall          removes what was installed but /etc/antrea; what the agent made is removed by clean-node.sh
#
# It is safe to run twice: programs are replaced, configuration that is there stays. The Node needs Node.js 20.19 or newer,
# Open vSwitch, iptables, ipset and the CNI plugins; on Debian: apt-get install openvswitch-switch iptables ipset containernetworking-plugins
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
umask 022

usage() { sed -n '2,16s/^# \{0,1\}//p' "$0"; }
die() { echo "install-agent.sh: $*" >&2; exit 1; }

kubeconfig='' controller='' node_name='' dry_run='' prefix='' uninstall=''
while [ $# -gt 0 ]; do
  case $1 in
    --kubeconfig | --controller | --node-name | --root)
      [ $# -ge 2 ] || die "$1 needs a value"
      case $1 in
        --kubeconfig) kubeconfig=$2 ;;
        --controller) controller=$2 ;;
        --node-name) node_name=$2 ;;
        --root) prefix=${2%/} ;;
      esac
      shift
      ;;
    --dry-run) dry_run=1 ;;
    --uninstall) uninstall=1 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; die "unknown argument: $1" ;;
  esac
  shift
done

programs=$prefix/usr/lib/antrea
config=$prefix/etc/antrea
unit=$prefix/etc/systemd/system/antrea-agent.service
ovs_unit=$prefix/etc/systemd/system/ovs-vswitchd.service.d/antrea.conf
antctl=$prefix/usr/local/bin/antctl
plugin=$prefix/opt/cni/bin/antrea
conflist=$prefix/etc/cni/net.d/10-antrea.conflist

# Does a step, or says it.
step() {
  echo "+ $*"
  [ -n "$dry_run" ] || "$@"
}

# systemd of this machine; absent in the image of another.
systemd() {
  if [ -n "$prefix" ] || [ ! -d /run/systemd/system ]; then
    echo "- not done here, systemd does not run: systemctl $*"
  else
    step systemctl "$@"
  fi
}

# place SOURCE TARGET MODE: in one step, because what is there may be in use.
place() {
  step install -D -o root -g root -m "$3" "$1" "$2.new"
  step mv -f "$2.new" "$2"
}

# write TARGET MODE: from standard input, unless the file is there.
write() {
  if [ -e "$1" ]; then
    echo "- stays as it is: $1"
    cat >/dev/null
  elif [ -n "$dry_run" ]; then
    echo "+ write $1"
    sed 's/^/    /'
  else
    echo "+ write $1"
    install -D -o root -g root -m "$2" /dev/stdin "$1"
  fi
}

check_tools() {
  local missing=() tool
  for tool in node npm ovs-vsctl iptables ipset; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  [ -e /usr/lib/cni/host-local ] || [ -e /opt/cni/bin/host-local ] || missing+=(host-local)
  [ ${#missing[@]} -eq 0 ] || die "these are missing: ${missing[*]}; see --help for the packages"
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    die "Node.js 20.19 or newer is needed; this is $(node --version)"
}

install_programs() {
  step rm -rf "$programs.new"
  step "$here/assemble.sh" "$programs.new"
  step chown -R root:root "$programs.new"
  step rm -rf "$programs.old"
  if [ -e "$programs" ]; then step mv "$programs" "$programs.old"; fi
  step mv "$programs.new" "$programs"
  step rm -rf "$programs.old"
  step install -d -o root -g root -m 0755 "$(dirname "$antctl")"
  step ln -sfn "${programs#"$prefix"}/bin/antctl" "$antctl"
}

install_config() {
  step install -d -o root -g root -m 0755 "$config"
  if [ -n "$kubeconfig" ]; then place "$kubeconfig" "$config/kubeconfig" 0600; fi
  write "$config/antrea-agent.conf" 0644 <<CONF
# Configuration of antrea-agent; docs/antrea-agent-conf.md describes all keys.
clientConnection:
  kubeconfig: /etc/antrea/kubeconfig
# The agent sees the Node's own /proc.
hostProcPathPrefix: ""
CONF
  local port=443 host=$controller
  case $controller in
    \[*\]:*) host=${controller%]:*} host=${host#[} port=${controller##*:} ;;
    \[*\]) host=${controller#[} host=${host%]} ;;
    *:*:*) ;;
    *:*) host=${controller%:*} port=${controller##*:} ;;
  esac
  write "$config/antrea-agent.env" 0644 <<ENV
${node_name:+NODE_NAME=$node_name
}${host:+ANTREA_SERVICE_HOST=$host
ANTREA_SERVICE_PORT=$port
}# antctl on this Node asks the agent: antctl --mode agent
ENV
}

install_all() {
  check_tools
  if [ -z "$kubeconfig" ] && [ ! -e "$config/kubeconfig" ]; then
    die "--kubeconfig FILE is needed: how the agent reaches the Kubernetes API"
  fi
  [ -z "$kubeconfig" ] || [ -r "$kubeconfig" ] || die "--kubeconfig $kubeconfig cannot be read"
  [ -n "$controller" ] || [ -e "$config/antrea-agent.env" ] ||
    echo "! without --controller this Node enforces no policies: the agent does not know where the controller is" >&2
  install_programs
  install_config
  step install -d -o root -g root -m 0755 "$prefix/var/lib/cni"
  place "$here/antrea-agent.service" "$unit" 0644
  place "$here/ovs-vswitchd.conf" "$ovs_unit" 0644
  systemd daemon-reload
  systemd enable openvswitch-switch.service antrea-agent.service
  systemd restart antrea-agent.service
  # Last: from then on the container runtime takes this Node's network for ready.
  place "$here/../packages/cni/dist/antrea-cni" "$plugin" 0755
  for each in loopback portmap bandwidth; do
    if [ ! -e "$prefix/opt/cni/bin/$each" ] && [ -e "/usr/lib/cni/$each" ]; then
      place "/usr/lib/cni/$each" "$prefix/opt/cni/bin/$each" 0755
    fi
  done
  place "$here/antrea-cni.conflist" "$conflist" 0644
}

uninstall_all() {
  # First the configuration: no Pod is to be connected by what goes away.
  step rm -f "$conflist" "$plugin"
  if [ -e "$unit" ]; then systemd disable --now antrea-agent.service; fi
  # With its settings left behind, Open vSwitch would wait for an agent that never comes.
  step rm -f "$unit" "$ovs_unit"
  systemd daemon-reload
  step rm -rf "$programs" "$antctl"
  echo "- stays: $config; remove it by hand. What the agent made is removed by scripts-linux/clean-node.sh"
}

[ -n "$dry_run" ] || [ "$(id -u)" = 0 ] || die "needs root (or --dry-run)"
if [ -n "$uninstall" ]; then uninstall_all; else install_all; fi
