import pc from 'picocolors';
import type { LabStatus } from '../status.js';
import { renderTable } from './table.js';

/** Renders a lab's status for people. */
export function renderStatus(status: LabStatus): string {
  const { versions } = status;
  const nodes = status.nodes.map(({ name, ready, addresses, podCidrs }) => [
    name,
    mark(ready, 'Ready', 'NotReady'),
    addresses.join(','),
    podCidrs.join(','),
  ]);
  const components = status.components.map(({ component, node, state, pid, healthy }) => [
    component,
    node || '-',
    mark(healthy, state, state),
    pid === undefined ? '-' : String(pid),
  ]);
  const pods = status.pods.map((pod) => [
    pod.namespace,
    pod.name,
    pod.ready ? 'yes' : 'no',
    pod.phase,
    String(pod.restarts),
    pod.ips.join(',') || '-',
    pod.node || '-',
  ]);
  return [
    `lab ${status.name}: ${mark(status.healthy, 'healthy', status.phase === 'up' ? 'unhealthy' : status.phase)}`,
    `antrea-ts ${versions.antreaTs}, Open vSwitch ${versions.openvswitch} (datapath ${status.datapath}), Node.js ${versions.node}`,
    '',
    renderTable(['NODE', 'STATUS', 'ADDRESSES', 'POD CIDRS'], nodes),
    '',
    renderTable(['COMPONENT', 'NODE', 'STATE', 'PID'], components),
    ...(pods.length === 0
      ? []
      : ['', renderTable(['NAMESPACE', 'POD', 'READY', 'PHASE', 'RESTARTS', 'IPS', 'NODE'], pods)]),
  ].join('\n');
}

function mark(good: boolean, yes: string, no: string): string {
  return good ? pc.green(yes) : pc.red(no);
}
