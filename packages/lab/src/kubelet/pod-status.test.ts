import type { ContainerState, Pod } from 'kubernetes-types/core/v1.js';
import { describe, expect, it } from 'vitest';
import type { ContainerRuntimeState } from './container.js';
import { podStatus, type PodFactsForStatus } from './pod-status.js';

function container(
  state: ContainerState,
  ready = state.running !== undefined,
): { name: string; runtime: ContainerRuntimeState } {
  const begun = state.waiting === undefined;
  return {
    name: 'c',
    runtime: { state, lastState: {}, restartCount: 0, ready, started: begun, containerId: begun ? 'lab://1' : '' },
  };
}

const running = container({ running: { startedAt: 't' } });
const waiting = container({ waiting: { reason: 'ContainerCreating' } });
const ended = (exitCode: number): typeof running => container({ terminated: { exitCode } });

function facts(change: Partial<PodFactsForStatus>): PodFactsForStatus {
  return {
    podIps: ['10.10.1.2'],
    hostIps: ['192.168.77.11'],
    startTime: 't',
    initialized: true,
    containers: [running],
    initContainers: [],
    ...change,
  };
}

function pod(restartPolicy: string): Pod {
  return { metadata: { name: 'p' }, spec: { restartPolicy, containers: [{ name: 'c', image: 'i' }] } };
}

describe('podStatus', () => {
  it.each([
    ['Always', [running], 'Running'],
    ['Always', [waiting], 'Pending'],
    ['Always', [ended(1)], 'Running'],
    ['OnFailure', [ended(0)], 'Succeeded'],
    ['OnFailure', [ended(1)], 'Running'],
    ['Never', [ended(0), ended(0)], 'Succeeded'],
    ['Never', [ended(0), ended(2)], 'Failed'],
    ['Never', [ended(2), running], 'Running'],
  ] as const)('policy %s: %j', (policy, containers, phase) => {
    expect(podStatus(pod(policy), facts({ containers }), 'now').phase).toBe(phase);
  });

  it('fails with an init container that may not be tried again', () => {
    const initContainers = [ended(1)];
    expect(
      podStatus(pod('Never'), facts({ initialized: false, initContainers, containers: [waiting] }), 'now').phase,
    ).toBe('Failed');
    expect(
      podStatus(pod('Always'), facts({ initialized: false, initContainers, containers: [waiting] }), 'now').phase,
    ).toBe('Pending');
  });

  it('tells addresses, and when what became so', () => {
    const before = podStatus(pod('Always'), facts({ containers: [waiting], podIps: [] }), 't1');
    expect(before.podIPs).toEqual([]);
    expect(condition(before, 'Ready')).toMatchObject({
      status: 'False',
      message: 'containers with unready status: [c]',
    });
    const after = podStatus({ ...pod('Always'), status: before }, facts({}), 't2');
    expect(after).toMatchObject({ podIP: '10.10.1.2', hostIP: '192.168.77.11' });
    expect(condition(after, 'Ready')).toMatchObject({ status: 'True', lastTransitionTime: 't2' });
    expect(condition(after, 'PodScheduled')).toMatchObject({ status: 'True', lastTransitionTime: 't1' });
  });

  it('keeps conditions of others', () => {
    const gate = { type: 'example.org/gate', status: 'True' };
    const status = podStatus({ ...pod('Always'), status: { conditions: [gate] } }, facts({}), 'now');
    expect(condition(status, gate.type)).toEqual(gate);
  });
});

function condition(status: ReturnType<typeof podStatus>, type: string): unknown {
  return status.conditions?.find((candidate) => candidate.type === type);
}
