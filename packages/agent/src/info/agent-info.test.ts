import { FakeClock } from '@antrea-ts/reconcile/testing';
import { InfoPublisher, KubeError, resources, type KubeClient } from '@antrea-ts/kube';
import { memoryLogger } from '@antrea-ts/runtime';
import { beforeEach, describe, expect, it } from 'vitest';
import { Inspection } from './inspection.js';

interface Stored {
  metadata: { name: string; uid?: string };
  localPodNum: number;
  agentConditions: { type: string; status: string; lastHeartbeatTime: string; message?: string }[];
  [field: string]: unknown;
}

let stored: Stored | undefined;
let failure: KubeError | undefined;
let writes: string[];
const client: Pick<KubeClient, 'get' | 'create' | 'replace'> = {
  get: (async () => {
    if (failure) throw failure;
    if (!stored) throw new KubeError('not-found', 'none');
    return stored;
  }) as never,
  create: (async (_: unknown, object: Stored) => {
    writes.push('create');
    if (failure) throw failure;
    stored = { ...object, metadata: { ...object.metadata, uid: 'u1' } };
  }) as never,
  replace: (async (_: unknown, object: Stored) => {
    writes.push('replace');
    stored = object;
  }) as never,
};
const identity = {
  version: 'v1',
  nodeName: 'n1',
  podName: 'antrea-agent-x',
  podNamespace: 'kube-system',
  podCidrs: ['10.10.1.0/24'],
  bridgeName: 'br-int',
};

beforeEach(() => {
  stored = undefined;
  failure = undefined;
  writes = [];
});

function publisher() {
  const clock = new FakeClock();
  const logger = memoryLogger();
  const inspection = new Inspection();
  const made = new InfoPublisher(
    {
      resource: resources.antreaAgentInfos,
      name: 'n1',
      fields: () => ({ ...inspection.info(identity, clock.now()), apiPort: 10350 }),
    },
    { client, clock, logger },
  );
  return { clock, logger, inspection, made };
}

const conditions = () => Object.fromEntries((stored?.agentConditions ?? []).map(({ type, status }) => [type, status]));

describe('AntreaAgentInfo', () => {
  it('is created at once and kept up every minute', async () => {
    const { clock, inspection, made } = publisher();
    inspection.add({ pods: () => 3, flows: () => new Map([[0, 4]]), ovsdb: () => undefined });
    made.start();
    await clock.advance(1);
    expect(stored).toMatchObject({
      metadata: { name: 'n1' },
      version: 'v1',
      podRef: { kind: 'Pod', name: 'antrea-agent-x', namespace: 'kube-system' },
      nodeRef: { kind: 'Node', name: 'n1' },
      nodeSubnets: ['10.10.1.0/24'],
      ovsInfo: { bridgeName: 'br-int', flowTable: { '0': 4 } },
      localPodNum: 3,
      apiPort: 10350,
    });
    expect(conditions()).toEqual({
      AgentHealthy: 'True',
      ControllerConnectionUp: 'Unknown',
      OVSDBConnectionUp: 'True',
      OpenflowConnectionUp: 'Unknown',
    });
    inspection.add({ ovsdb: () => 'not connected to ovsdb-server', controller: () => undefined });
    await clock.advance(60_000);
    expect(writes).toEqual(['create', 'replace']);
    expect(conditions()).toMatchObject({ OVSDBConnectionUp: 'False', ControllerConnectionUp: 'True' });
    expect(stored?.metadata.uid).toBe('u1');
    expect(stored?.agentConditions[2]).toEqual({
      type: 'OVSDBConnectionUp',
      status: 'False',
      reason: 'NotConnected',
      message: 'not connected to ovsdb-server',
      lastHeartbeatTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    await made.stop();
  });

  it('is tried again while the cluster has no such kind, and that is told once', async () => {
    const { clock, logger, made } = publisher();
    failure = new KubeError('not-found', 'no such path');
    made.start();
    await clock.advance(300_000);
    expect(logger.entries.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(logger.entries[0]?.fields?.['error']).toContain('install the CustomResourceDefinition');
    failure = undefined;
    await clock.advance(60_000);
    expect(stored?.metadata.name).toBe('n1');
    expect(logger.messages('info')).toEqual(['Told about this program again']);
    await made.stop();
  });
});
