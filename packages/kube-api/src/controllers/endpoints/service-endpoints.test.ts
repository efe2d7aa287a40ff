import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  eventually,
  namespacePath,
  podManifest,
  startTestCluster,
  type TestCluster,
} from '../../fixtures/test-cluster.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

const merge = { contentType: 'application/merge-patch+json' };
const pods = `${namespacePath}/pods`;
const services = `${namespacePath}/services`;
const endpoints = `${namespacePath}/endpoints`;
const slicesOf = (version: string, name: string): string =>
  `/apis/discovery.k8s.io/${version}/namespaces/default/endpointslices?labelSelector=kubernetes.io/service-name%3D${name}`;

interface Slice {
  readonly metadata: {
    readonly name: string;
    readonly labels: Record<string, string>;
    readonly ownerReferences: unknown[];
  };
  readonly addressType: string;
  readonly endpoints: readonly {
    readonly addresses: string[];
    readonly conditions: object;
    readonly topology?: object;
  }[];
}

const slices = async (name: string, version = 'v1'): Promise<Slice[]> =>
  (await cluster.call('GET', slicesOf(version, name))).body.items as Slice[];
const addresses = (list: readonly Slice[]): string[] =>
  list.flatMap((slice) => slice.endpoints.flatMap((endpoint) => endpoint.addresses)).sort();

async function runPod(name: string, app: string, ips: readonly string[]): Promise<void> {
  await cluster.call('POST', pods, podManifest(name, { labels: { app }, node: 'node-1' }));
  const status = {
    phase: 'Running',
    podIPs: ips.map((ip) => ({ ip })),
    conditions: [{ type: 'Ready', status: 'True' }],
  };
  await cluster.call('PATCH', `${pods}/${name}/status`, { status }, merge);
}

const serviceOf = (name: string, spec: object): never =>
  ({ metadata: { name, labels: { of: name } }, spec: { ports: [{ port: 80 }], ...spec } }) as never;

describe('ServiceEndpoints', () => {
  it('follows Pods into slices of every family and Endpoints, in both versions, and out again', async () => {
    await runPod('a', 'web', ['10.10.1.2', 'fd10::2']);
    const spec = { selector: { app: 'web' }, ipFamilyPolicy: 'RequireDualStack' };
    await cluster.call('POST', services, serviceOf('web', spec));
    const made = await eventually(
      () => slices('web'),
      (list) => addresses(list).length === 2,
    );
    expect(made.map(({ addressType }) => addressType).sort()).toEqual(['IPv4', 'IPv6']);
    expect(made[0]?.metadata).toMatchObject({
      name: expect.stringMatching(/^web-/),
      labels: {
        of: 'web',
        'kubernetes.io/service-name': 'web',
        'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      },
      ownerReferences: [{ kind: 'Service', name: 'web' }],
    });
    const [older] = await slices('web', 'v1beta1');
    expect(older?.endpoints[0]?.topology).toEqual({ 'kubernetes.io/hostname': 'node-1' });

    await runPod('b', 'web', ['10.10.1.3']);
    await eventually(
      () => slices('web'),
      (list) => addresses(list).includes('10.10.1.3'),
    );
    await cluster.call('DELETE', `${pods}/a`, { gracePeriodSeconds: 60 });
    const leaving = await eventually(
      () => slices('web'),
      (list) => JSON.stringify(list).includes('"terminating":true'),
    );
    expect(addresses(leaving)).toContain('10.10.1.2');
    const { subsets } = (await cluster.call('GET', `${endpoints}/web`)).body;
    expect(subsets).toMatchObject([
      { addresses: [{ ip: '10.10.1.3', targetRef: { name: 'b' } }], ports: [{ port: 80 }] },
    ]);

    await cluster.call('DELETE', `${pods}/a`, { gracePeriodSeconds: 0 });
    await cluster.call('DELETE', `${pods}/b`, { gracePeriodSeconds: 0 });
    const empty = await eventually(
      () => slices('web'),
      (list) => addresses(list).length === 0 && list.length === 1,
    );
    expect(empty[0]).toMatchObject({ addressType: 'IPv4', endpoints: [] });

    await cluster.call('DELETE', `${services}/web`);
    await eventually(
      async () => [await slices('web'), (await cluster.call('GET', `${endpoints}/web`)).code],
      ([list, code]) => (list as Slice[]).length === 0 && code === 404,
    );
  });

  it('repairs what others change', async () => {
    await runPod('c', 'fixed', ['10.10.1.4']);
    await cluster.call('POST', services, serviceOf('fixed', { selector: { app: 'fixed' } }));
    const [slice] = await eventually(
      () => slices('fixed'),
      (list) => addresses(list).length === 1,
    );
    const path = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
    await cluster.call('PATCH', `${path}/${slice?.metadata.name}`, { endpoints: [] }, merge);
    await eventually(
      () => slices('fixed'),
      (list) => addresses(list).length === 1,
    );
    await cluster.call('DELETE', `${path}/${slice?.metadata.name}`);
    await cluster.call('DELETE', `${endpoints}/fixed`);
    await eventually(
      async () => [await slices('fixed'), (await cluster.call('GET', `${endpoints}/fixed`)).code],
      ([list, code]) => addresses(list as Slice[]).length === 1 && code === 200,
    );
  });

  it('mirrors Endpoints written by hand, and leaves slices written by hand alone', async () => {
    await cluster.call('POST', services, serviceOf('outside', {}));
    const subsets = [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 80 }] }];
    await cluster.call('POST', endpoints, { metadata: { name: 'outside' }, subsets });
    const [mirror] = await eventually(
      () => slices('outside'),
      (list) => addresses(list).length === 1,
    );
    expect(mirror?.metadata).toMatchObject({
      labels: { 'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io' },
      ownerReferences: [{ kind: 'Endpoints', name: 'outside' }],
    });
    const own = {
      metadata: { name: 'own', labels: { 'kubernetes.io/service-name': 'outside' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['192.0.2.9'] }],
    };
    await cluster.call('POST', '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices', own);
    await cluster.call('PATCH', `${services}/outside`, { spec: { selector: { app: 'none' } } }, merge);
    const after = await eventually(
      () => slices('outside'),
      (list) => !addresses(list).includes('192.0.2.1'),
    );
    expect(addresses(after)).toEqual(['192.0.2.9']);
  });
});
