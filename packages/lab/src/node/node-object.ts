import { arch } from 'node:os';
import type { Node, NodeCondition } from 'kubernetes-types/core/v1.js';
import type { NodePlan } from '../plan/addresses.js';

interface NodeFacts {
  readonly kernel: string;
  readonly ready: boolean;
  /** Kubernetes has Pod CIDRs for Nodes; where another plugin hands out addresses it has not. */
  readonly allocatesPodCidrs: boolean;
}

/** The Kubernetes object of a Node. */
export function nodeObject(plan: NodePlan, facts: NodeFacts): Node {
  const architecture = arch() === 'x64' ? 'amd64' : arch();
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: plan.name,
      labels: {
        'kubernetes.io/hostname': plan.name,
        'kubernetes.io/os': plan.os,
        'kubernetes.io/arch': architecture,
        'beta.kubernetes.io/os': plan.os,
        'beta.kubernetes.io/arch': architecture,
      },
    },
    spec: {
      ...(facts.allocatesPodCidrs
        ? { ...(plan.podCidrs[0] === undefined ? {} : { podCIDR: plan.podCidrs[0] }), podCIDRs: [...plan.podCidrs] }
        : {}),
      // As usual where there are both: who says nothing of it runs on Linux.
      ...(plan.os === 'windows' ? { taints: [{ key: 'os', value: 'windows', effect: 'NoSchedule' }] } : {}),
    },
    status: {
      addresses: [
        ...plan.addresses.map((address) => ({ type: 'InternalIP', address })),
        { type: 'Hostname', address: plan.name },
      ],
      conditions: [readyCondition(facts.ready, new Date().toISOString())],
      capacity: { pods: '110' },
      allocatable: { pods: '110' },
      nodeInfo: {
        architecture,
        operatingSystem: plan.os,
        osImage: plan.os === 'windows' ? 'network namespace, Wine' : 'network namespace',
        kernelVersion: facts.kernel,
        containerRuntimeVersion: 'lab://1',
        kubeletVersion: 'v1.22.0-lab',
        kubeProxyVersion: 'v1.22.0-lab',
        bootID: '',
        machineID: '',
        systemUUID: '',
      },
    },
  };
}

function readyCondition(ready: boolean, now: string): NodeCondition {
  return {
    type: 'Ready',
    status: ready ? 'True' : 'False',
    reason: ready ? 'KubeletReady' : 'KubeletNotReady',
    message: ready
      ? 'kubelet stand-in is posting ready status'
      : 'network plugin is not ready: antrea-agent has not started yet',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
  };
}
