import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ControlplaneGroup, ControlplaneNetworkPolicy } from '@antrea-ts/apis';
import { createKubeClient, resource, type KubeClient } from '@antrea-ts/kube';
import { parseIp } from '@antrea-ts/net-types';
import { PolicyFlows } from '@antrea-ts/pipeline';
import { NodeRules, type ControlplaneKind } from '@antrea-ts/policy';
import { memoryLogger } from '@antrea-ts/runtime';
import { afterEach, expect, it } from 'vitest';
import { ControlplaneWatch } from './controlplane-watch.js';
import { nodeProfile } from '@antrea-ts/pipeline/testing';

const policies = resource({
  group: 'controlplane.antrea.io',
  version: 'v1beta2',
  plural: 'networkpolicies',
  kind: 'NetworkPolicy',
  namespaced: false,
});

function policy(uid: string, port: number): ControlplaneNetworkPolicy {
  return {
    metadata: { name: uid, uid, generation: 1 },
    appliedToGroups: ['targets'],
    rules: [
      {
        direction: 'In',
        from: { ipBlocks: [{ cidr: { ip: 'CgAAAA==', prefixLength: 8 } }] },
        services: [{ protocol: 'TCP', port }],
        priority: -1,
        action: 'Allow',
        enableLogging: false,
      },
    ],
    sourceRef: { type: 'K8sNetworkPolicy', namespace: 'ns', name: 'grün', uid },
  };
}

const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;
const bookmark = line('BOOKMARK', { metadata: { creationTimestamp: null } });
const beginning = line('ADDED', policy('p1', 80)) + line('ADDED', policy('p2', 81)) + bookmark;

const running: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0).toReversed()) await stop();
});

/** A controller whose watches are answered one after the other; after the last one they stay silent. */
async function controllerThat(...answers: ((response: ServerResponse) => void)[]): Promise<KubeClient> {
  const server: Server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    answers.shift()?.(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const client = createKubeClient({
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tls: {},
    credentials: { get: () => Promise.resolve({}) },
    namespace: 'default',
  });
  running.push(() => client.close());
  return client;
}

/** A Node with a Pod that policies are for, and what its switch was told. */
function node(): { rules: NodeRules; changes: () => number; flowCount: () => number } {
  const settings = { controllerId: 1, meters: true, denyTracking: false };
  const flows = new PolicyFlows(nodeProfile({}, ['10.10.0.1']), settings);
  flows.setPod('ns/web', { ofPort: 5, addresses: [parseIp('10.10.0.5')] });
  const rules = new NodeRules({ hash: (text) => text });
  const targets: ControlplaneGroup = {
    metadata: { name: 'targets' },
    groupMembers: [{ pod: { namespace: 'ns', name: 'web' } }],
  };
  rules.replace('appliedToGroups', [targets]);
  rules.replace('addressGroups', []);
  return {
    rules,
    changes() {
      flows.apply(rules.takeChanges());
      const { set, removed } = flows.takeChanges();
      return set.size + removed.size;
    },
    flowCount: () => flows.flows().size,
  };
}

function follow(client: KubeClient, rules: NodeRules) {
  const log = memoryLogger();
  const told: string[] = [];
  const kind: ControlplaneKind = 'networkPolicies';
  const watch = new ControlplaneWatch<{ metadata: { name: string } }>({
    resource: policies,
    nodeName: 'n1',
    client: () => client,
    logger: log,
    pauses: { retry: 0, waitForClient: 1 },
    sink: {
      replace(objects) {
        told.push('replace', ...rules.replace(kind, objects).map(({ reason }) => reason));
      },
      added: (object) => void told.push('added', rules.set(kind, object)?.reason ?? ''),
      modified: (object) => void told.push('modified', rules.set(kind, object)?.reason ?? ''),
      deleted(name) {
        told.push('deleted');
        rules.remove(kind, name);
      },
    },
  });
  watch.start();
  running.push(() => watch.stop());
  return { watch, told, log };
}

const breaksAfter =
  (bytes: number) =>
  (response: ServerResponse): void => {
    response.write(Buffer.from(beginning).subarray(0, bytes), () => response.destroy());
  };
const endsAfter =
  (bytes: number) =>
  (response: ServerResponse): void =>
    void response.end(Buffer.from(beginning).subarray(0, bytes));
const whole = (response: ServerResponse): void => void response.write(beginning);

it('a beginning that is cut at any byte is not the truth, and nothing is installed anew when all of it comes', async () => {
  const length = Buffer.byteLength(beginning);
  const here = node();
  const cuts = Array.from({ length }, (_, bytes) => (bytes % 2 === 0 ? breaksAfter(bytes) : endsAfter(bytes)));
  const client = await controllerThat(whole, ...cuts, whole);

  const { watch, told } = follow(client, here.rules);
  await expect.poll(() => told).toEqual(['replace']);
  expect(here.changes()).toBeGreaterThan(0);
  const flows = here.flowCount();
  // The first watch is cut as well; then come all the others.
  await watch.stop();
  const again = follow(client, here.rules);
  await expect.poll(() => again.told, { timeout: 60_000, interval: 100 }).toEqual(['replace']);
  expect(again.watch.isConnected).toBe(true);
  expect(here.changes()).toBe(0);
  expect(here.flowCount()).toBe(flows);
}, 90_000);

it('a beginning without end is given up, and what was known stays', async () => {
  const here = node();
  const endless = (response: ServerResponse): void => {
    const piece = line('ADDED', { metadata: { name: 'p' }, filler: 'x'.repeat(1024 * 1024) }).repeat(8);
    const write = (): void => {
      if (!response.destroyed) response.write(piece, () => setImmediate(write));
    };
    write();
  };
  const client = await controllerThat(whole, endless, whole);
  const first = follow(client, here.rules);
  await expect.poll(() => first.told).toEqual(['replace']);
  here.changes();
  await first.watch.stop();
  const { told, log } = follow(client, here.rules);
  await expect.poll(() => told, { timeout: 60_000, interval: 100 }).toEqual(['replace']);
  expect(log.entries.find(({ level }) => level === 'warn')?.fields['error']).toMatchObject({
    message: expect.stringContaining('more than 268435456 bytes at first'),
  });
  expect(here.changes()).toBe(0);
}, 90_000);

it.each([
  ['a line of a hundred megabytes', (response: ServerResponse) => void response.write(Buffer.alloc(100_000_000, 'x'))],
  ['no JSON', (response: ServerResponse) => void response.write('}{\n')],
  ['an event of no type', (response: ServerResponse) => void response.write('{"object":{"metadata":{"name":"p"}}}\n')],
  ['an unknown type', (response: ServerResponse) => void response.write(line('REPLACED', policy('p3', 1)))],
  ['an event without object', (response: ServerResponse) => void response.write('{"type":"ADDED"}\n')],
  ['an object without name', (response: ServerResponse) => void response.write(line('ADDED', { metadata: {} }))],
  ['an object of no metadata', (response: ServerResponse) => void response.write(line('ADDED', { metadata: null }))],
  ['null', (response: ServerResponse) => void response.write('null\n')],
])(
  '%s after the beginning begins the watch anew, and nothing is installed anew',
  async (_, say) => {
    const here = node();
    const client = await controllerThat((response) => {
      whole(response);
      say(response);
    }, whole);
    const { told, log } = follow(client, here.rules);
    await expect.poll(() => told, { timeout: 30_000 }).toEqual(['replace', 'replace']);
    expect(log.messages('warn')).toEqual(['Lost the controller, keep what it said']);
    here.changes();
    expect(here.rules.counts().networkPolicyNum).toBe(2);
  },
  60_000,
);

it('policies that make no sense are refused one by one, and what was known of them stays', async () => {
  const here = node();
  const nonsense = [
    line('MODIFIED', { ...policy('p1', 80), rules: 7 }),
    line('MODIFIED', { ...policy('p1', 80), rules: [{ direction: 'Up' }] }),
    line('MODIFIED', { metadata: { name: 'p1' } }),
    line('ADDED', { ...policy('p3', 80), sourceRef: null }),
    line('DELETED', { metadata: { name: 7 } }),
    line('MODIFIED', policy('p2', 82)),
  ];
  const client = await controllerThat((response) => {
    whole(response);
    for (const each of nonsense) response.write(each);
  });
  const { told } = follow(client, here.rules);
  await expect.poll(() => told.length).toBe(12);
  expect(told).toEqual([
    'replace',
    'modified',
    'rules is no list',
    'modified',
    'rules[0].direction is none of In, Out',
    'modified',
    'sourceRef is no object',
    'added',
    'sourceRef is no object',
    'deleted',
    'modified',
    '',
  ]);
  expect(here.rules.counts().networkPolicyNum).toBe(2);
});
