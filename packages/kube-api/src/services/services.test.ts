import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespacePath, startTestCluster, type Answer, type TestCluster } from '../fixtures/test-cluster.js';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.stop());

const services = `${namespacePath}/services`;
const merge = { contentType: 'application/merge-patch+json' };
let count = 0;

/** Makes a Service; one port is there where the test does not care. */
function create(spec: object, name = `s${++count}`): Promise<Answer> {
  return cluster.call('POST', services, { metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } });
}

async function patched(spec: object, change: object): Promise<Answer> {
  const name = `s${++count}`;
  await create(spec, name);
  return cluster.call('PATCH', `${services}/${name}`, { spec: change } as never, merge);
}

const v4 = expect.stringMatching(/^10\.96\./);
const v6 = expect.stringMatching(/^fd00:10:96::/);

describe('families of a Service', () => {
  it.each<[string, object, object]>([
    ['nothing', {}, { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'], clusterIPs: [v4] }],
    ['IPv6', { ipFamilies: ['IPv6'] }, { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv6'], clusterIPs: [v6] }],
    [
      'PreferDualStack',
      { ipFamilyPolicy: 'PreferDualStack' },
      { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv4', 'IPv6'], clusterIPs: [v4, v6] },
    ],
    [
      'two in their order',
      { ipFamilies: ['IPv6', 'IPv4'] },
      { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6', 'IPv4'], clusterIPs: [v6, v4] },
    ],
    [
      'an IPv6 address',
      { clusterIP: 'fd00:10:96::aaaa' },
      { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv6'], clusterIP: 'fd00:10:96::aaaa' },
    ],
    [
      'headless without selector',
      { clusterIP: 'None' },
      { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv4', 'IPv6'], clusterIPs: ['None'] },
    ],
    [
      'headless',
      { clusterIP: 'None', selector: { app: 'a' } },
      { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'], clusterIPs: ['None'] },
    ],
  ])('that asks for %s', async (_, spec, expected) => {
    expect((await create(spec)).body.spec).toMatchObject(expected);
  });

  it('grow and shrink, and the address goes back', async () => {
    const grown = await patched({}, { ipFamilyPolicy: 'PreferDualStack' });
    expect(grown.body.spec).toMatchObject({ ipFamilies: ['IPv4', 'IPv6'], clusterIPs: [v4, v6] });
    const path = `${services}/${grown.body.metadata.name}`;
    const shrunk = await cluster.call('PATCH', path, { spec: { ipFamilyPolicy: 'SingleStack' } }, merge);
    expect(shrunk.body.spec).toMatchObject({ ipFamilies: ['IPv4'], clusterIPs: [grown.body.spec.clusterIP] });
    const [, freed] = grown.body.spec.clusterIPs as string[];
    expect((await create({ clusterIP: freed })).code).toBe(201);
  });

  it('know an address in every spelling', async () => {
    await create({ clusterIP: 'fd00:10:96::bb' });
    expect((await create({ clusterIP: 'FD00:10:96:0:0::bb' })).body.message).toContain(
      'provided IP is already allocated',
    );
  });
});

describe('a Service', () => {
  it('gets what it leaves out', async () => {
    expect((await create({ sessionAffinity: 'ClientIP' })).body.spec).toMatchObject({
      type: 'ClusterIP',
      internalTrafficPolicy: 'Cluster',
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } },
      ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }],
    });
    const none = await patched({ sessionAffinity: 'ClientIP' }, { sessionAffinity: 'None' });
    expect(none.body.spec.sessionAffinityConfig).toBeUndefined();
  });

  it('loses with its type what belongs to the type', async () => {
    const plain = await patched({ type: 'LoadBalancer' }, { type: 'ClusterIP' });
    expect(plain.body.spec).toMatchObject({ type: 'ClusterIP', clusterIP: v4 });
    expect(plain.body.spec.externalTrafficPolicy).toBeUndefined();
    expect(plain.body.spec.ports[0].nodePort).toBeUndefined();
    const named = await patched({}, { type: 'ExternalName', externalName: 'web.external.test' });
    expect(named.body.spec).toMatchObject({ type: 'ExternalName', externalName: 'web.external.test' });
    expect(named.body.spec.clusterIP).toBeUndefined();
  });

  it('of type LoadBalancer takes the addresses that somebody gives it', async () => {
    const { body } = await create({ type: 'LoadBalancer' });
    const status = { loadBalancer: { ingress: [{ ip: '198.51.100.1' }] } };
    const path = `${services}/${body.metadata.name}`;
    await cluster.call('PATCH', `${path}/status`, { status }, merge);
    expect((await cluster.call('GET', path)).body.status).toEqual(status);
  });

  const twoPorts = [
    { name: 'a', port: 80 },
    { name: 'a', port: 80 },
  ];
  it.each<[object, string]>([
    [{ ports: [] }, 'spec.ports: Required value'],
    [{ ports: [{ port: 0 }] }, 'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive'],
    [{ ports: [{ port: 70000 }] }, 'spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive'],
    [{ ports: [{ port: 80, targetPort: 70000 }] }, 'spec.ports[0].targetPort: Invalid value: 70000: must be between'],
    [{ ports: [{ port: 80, targetPort: '!' }] }, 'spec.ports[0].targetPort: Invalid value: "!": must contain only'],
    [{ ports: [{ port: 80 }, { port: 81 }] }, 'spec.ports[0].name: Required value'],
    [{ ports: twoPorts }, 'spec.ports[1].name: Duplicate value: "a"'],
    [{ ports: twoPorts }, 'spec.ports[1]: Duplicate value: {"protocol":"TCP","port":80}'],
    [
      { ports: [{ port: 80, protocol: 'ICMP' }] },
      'spec.ports[0].protocol: Unsupported value: "ICMP": supported values',
    ],
    [{ type: 'Other' }, 'spec.type: Unsupported value: "Other": supported values: "ClusterIP", "ExternalName"'],
    [{ sessionAffinity: 'Cookie' }, 'spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP"'],
    [
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 90_000 } } },
      'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 90000: must be greater than 0',
    ],
    [{ externalTrafficPolicy: 'Local' }, 'ExternalTrafficPolicy can only be set on NodePort and LoadBalancer service'],
    [{ internalTrafficPolicy: 'Near' }, 'spec.internalTrafficPolicy: Unsupported value: "Near"'],
    [{ type: 'ExternalName' }, 'spec.externalName: Required value'],
    [{ type: 'LoadBalancer', clusterIP: 'None' }, `may not be set to 'None' for LoadBalancer services`],
    [{ clusterIP: '10.0.0.1' }, 'The range of valid IPs is 10.96.0.0/12, fd00:10:96::/112'],
    [{ clusterIP: 'ten' }, 'spec.clusterIPs[0]: Invalid value: "ten": must be a valid IP address'],
    [{ clusterIP: '10.96.9.9', ipFamilies: ['IPv6'] }, 'expected an IPv6 value as indicated by `ipFamilies[0]`'],
    [{ ipFamilies: ['IPv4', 'IPv4'] }, 'spec.ipFamilies[1]: Duplicate value: "IPv4"'],
    [
      { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'SingleStack' },
      "must be 'RequireDualStack' or 'PreferDualStack'",
    ],
    [{ type: 'NodePort', ports: [{ port: 1, nodePort: 80 }] }, 'The range of valid ports is 30000-32767'],
    [{ externalIPs: ['x'] }, 'spec.externalIPs[0]: Invalid value: "x": must be a valid IP address'],
  ])('is refused with %j', async (spec, message) => {
    const { code, body } = await create(spec);
    expect(code).toBe(422);
    expect(body.message).toContain(message);
  });

  it('keeps its address', async () => {
    expect((await patched({}, { clusterIP: '10.96.8.8' })).body.message).toContain('may not change once set');
    expect((await patched({}, { ipFamilies: ['IPv6'] })).body.message).toContain('may not change once set');
  });
});

describe('Endpoints written by hand', () => {
  const ports = [{ port: 80 }];
  it.each<[object, string]>([
    [{ ports }, 'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
    [{ addresses: [{ ip: 'x' }] }, 'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address'],
    [{ addresses: [{ ip: '127.0.0.1' }] }, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    [{ addresses: [{ ip: 'fe80::1' }] }, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
    [{ addresses: [{ ip: '192.0.2.1' }], ports: [{ port: 0 }] }, 'subsets[0].ports[0].port: Invalid value: 0: must be'],
  ])('are refused with %j', async (subset, message) => {
    const { code, body } = await cluster.call('POST', `${namespacePath}/endpoints`, {
      metadata: { name: 'e' },
      subsets: [subset],
    } as never);
    expect(code).toBe(422);
    expect(body.message).toContain(message);
  });

  const slice = { addressType: 'IPv4', endpoints: [{ addresses: ['192.0.2.1'] }], ports };
  it.each<[object, string]>([
    [{ addressType: undefined }, 'addressType: Required value'],
    [{ addressType: 'IPv6' }, 'endpoints[0].addresses[0]: Invalid value: "192.0.2.1": must be a valid IPv6 address'],
    [{ endpoints: [{ addresses: [] }] }, 'endpoints[0].addresses: Required value: must contain at least 1 address'],
    [{ endpoints: Array(1001).fill(slice.endpoints[0]) }, 'endpoints: Too many: 1001: must have at most 1000 items'],
    [{ ports: [{ port: 1 }, { port: 2 }] }, 'ports[1].name: Duplicate value: ""'],
  ])('are refused as slice with %j', async (change, message) => {
    const path = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
    const { code, body } = await cluster.call('POST', path, { metadata: { name: 'e' }, ...slice, ...change });
    expect(code).toBe(422);
    expect(body.message).toContain(message);
  });
});

it('the Service kubernetes leads to the API', async () => {
  const advertise = { addresses: ['fd77::1', '192.0.2.1'], port: 6443 };
  const own = await startTestCluster({ serviceCidrs: ['fd00:10:96::/112', '10.96.0.0/16'], advertise });
  try {
    const { body } = await own.call('GET', `${namespacePath}/services/kubernetes`);
    expect(body.spec).toMatchObject({ clusterIP: 'fd00:10:96::1', ports: [{ port: 443, targetPort: 6443 }] });
    const taken = { metadata: { name: 'thief' }, spec: { clusterIP: 'fd00:10:96::1', ports: [{ port: 1 }] } };
    expect((await own.call('POST', `${namespacePath}/services`, taken)).code).toBe(422);
    const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
    expect((await own.call('GET', slices)).body.items).toMatchObject([
      { addressType: 'IPv6', endpoints: [{ addresses: ['fd77::1'] }], ports: [{ name: 'https', port: 6443 }] },
    ]);
  } finally {
    await own.stop();
  }
});
