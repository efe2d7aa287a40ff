import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readEndpoints,
  readEndpointSlice,
  readService,
  ServicePorts,
  type EndpointSliceObject,
  type ServiceObject,
  type ServicePort,
} from './index.js';

const key = 'shop/web';
const http = { name: 'http', port: 80 };

function service(spec: ServiceObject['spec'], more: Partial<ServiceObject> = {}): ServiceObject {
  return {
    metadata: { namespace: 'shop', name: 'web' },
    spec: { clusterIPs: ['10.96.0.10'], ports: [http], ...spec },
    ...more,
  };
}

type SliceEndpoint = NonNullable<EndpointSliceObject['endpoints']>[number];

function slice(endpoints: readonly SliceEndpoint[], more: Partial<EndpointSliceObject> = {}): EndpointSliceObject {
  return {
    metadata: { namespace: 'shop', name: 'web-1', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints,
    ...more,
  };
}

const at = (address: string, nodeName = 'n1', more: Partial<SliceEndpoint> = {}): SliceEndpoint => ({
  addresses: [address],
  nodeName,
  ...more,
});

function portsOf(
  object: ServiceObject,
  slices: readonly EndpointSliceObject[],
  { families = ['ipv4', 'ipv6'] as const, zone }: { families?: readonly ('ipv4' | 'ipv6')[]; zone?: string } = {},
): ServicePort[] {
  const ports = new ServicePorts({ name: 'n1', ...(zone ? { zone } : {}) }, families);
  ports.setService(key, readService(object));
  slices.forEach((each, index) => ports.setEndpoints(`shop/web-${index}`, readEndpointSlice(each)));
  return [...ports.takeChanges().changed.values()];
}

const addresses = (port: ServicePort | undefined): string[] => (port?.endpoints ?? []).map(({ address }) => address);

describe('what is balanced', () => {
  it('is each port of each family, with the Endpoints of its name', () => {
    const object = service({
      clusterIPs: ['10.96.0.10', 'fd00::10'],
      ports: [http, { name: 'dns', port: 53, protocol: 'UDP' }],
    });
    const found = portsOf(object, [
      slice([at('10.0.0.2', 'n2'), at('10.0.0.1')]),
      slice([at('fd01:0:0::1')], { addressType: 'IPv6', ports: [{ name: 'dns', port: 5353, protocol: 'UDP' }] }),
    ]);
    expect(found.map(({ id, frontends, endpoints }) => [id, frontends, endpoints])).toEqual([
      [
        'shop/web:http/TCP/ipv4',
        [{ address: '10.96.0.10', port: 80 }],
        [
          { address: '10.0.0.1', port: 8080, isLocal: true },
          { address: '10.0.0.2', port: 8080, isLocal: false },
        ],
      ],
      ['shop/web:dns/UDP/ipv4', [{ address: '10.96.0.10', port: 53 }], []],
      ['shop/web:http/TCP/ipv6', [{ address: 'fd00::10', port: 80 }], []],
      [
        'shop/web:dns/UDP/ipv6',
        [{ address: 'fd00::10', port: 53 }],
        [{ address: 'fd01::1', port: 5353, isLocal: true }],
      ],
    ]);
  });

  it('is reached at addresses of load balancers too', () => {
    const object = service({}, { status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }, {}] } } });
    const [port] = portsOf(object, []);
    expect(port?.frontends.map(({ address }) => address)).toEqual(['10.96.0.10', '203.0.113.7']);
  });

  it.each([
    ['headless Services', { clusterIPs: ['None'] }],
    ['names of something outside', { type: 'ExternalName' }],
    ['Services without address', { clusterIPs: [] }],
  ])('is nothing of %s', (_, spec) => {
    expect(portsOf(service(spec), [])).toEqual([]);
  });

  it('is nothing of a family that the Node has not', () => {
    expect(portsOf(service({ clusterIPs: ['fd00::10'] }), [], { families: ['ipv4'] })).toEqual([]);
  });

  it('is the same from Endpoints', () => {
    const ports = new ServicePorts({ name: 'n1' }, ['ipv4']);
    ports.setService(key, readService(service({ clusterIP: '10.96.0.10' })));
    ports.setEndpoints(
      key,
      readEndpoints({
        metadata: { namespace: 'shop', name: 'web' },
        subsets: [
          { addresses: [{ ip: '10.0.0.1', nodeName: 'n1' }], ports: [{ name: 'http', port: 8080 }] },
          { addresses: [{ ip: '10.0.0.2' }], ports: [{ name: 'http', port: 8081, protocol: 'TCP' }] },
        ],
      }),
    );
    const [port] = ports.takeChanges().changed.values();
    expect(port?.endpoints).toEqual([
      { address: '10.0.0.1', port: 8080, isLocal: true },
      { address: '10.0.0.2', port: 8081, isLocal: false },
    ]);
  });
});

describe('the Endpoints of a Service port', () => {
  const conditions = (ready?: boolean, terminating?: boolean, serving?: boolean): Partial<SliceEndpoint> => ({
    conditions: { ready: ready ?? null, terminating: terminating ?? null, serving: serving ?? null },
  });

  it.each([
    ['that say nothing are ready', [at('10.0.0.1', 'n1', conditions())], ['10.0.0.1']],
    ['that are not ready are left out', [at('10.0.0.1', 'n1', conditions(false)), at('10.0.0.2')], ['10.0.0.2']],
    [
      'that end are left out while others are ready',
      [at('10.0.0.1', 'n1', conditions(false, true, true)), at('10.0.0.2')],
      ['10.0.0.2'],
    ],
    ['that end serve when none is ready', [at('10.0.0.1', 'n1', conditions(false, true, true))], ['10.0.0.1']],
    ['that end and do not serve are left out', [at('10.0.0.1', 'n1', conditions(false, true, false))], []],
  ])('%s', (_, endpoints, expected) => {
    expect(addresses(portsOf(service({}), [slice(endpoints)])[0])).toEqual(expected);
  });

  it('are there once, ready when one slice says so', () => {
    const [port] = portsOf(service({}), [
      slice([at('10.0.0.1', 'n1', conditions(false, true, false)), at('10.0.0.1')]),
      slice([at('10.0.0.1', 'n1', conditions(false))]),
    ]);
    expect(addresses(port)).toEqual(['10.0.0.1']);
  });

  it('stay on the Node where the Service wants it, but not for its outside addresses', () => {
    const object = service(
      { internalTrafficPolicy: 'Local' },
      { status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } } },
    );
    const [inside, outside] = portsOf(object, [slice([at('10.0.0.1'), at('10.0.0.2', 'n2')])]);
    expect(addresses(inside)).toEqual(['10.0.0.1']);
    expect([outside?.id, addresses(outside)]).toEqual(['shop/web:http/TCP/ipv4/external', ['10.0.0.1', '10.0.0.2']]);
  });

  const hinted = [
    at('10.0.0.1', 'n2', { hints: { forZones: [{ name: 'a' }] } }),
    at('10.0.0.2', 'n2', { hints: { forZones: [{ name: 'b' }] } }),
  ];
  const annotations = { 'service.kubernetes.io/topology-aware-hints': 'auto' };
  const aware = service({}, { metadata: { namespace: 'shop', name: 'web', annotations } });

  it.each([
    ['in the zone, as hinted', aware, 'a', hinted, ['10.0.0.1']],
    ['anywhere without hint for the zone', aware, 'c', hinted, ['10.0.0.1', '10.0.0.2']],
    ['anywhere from a Node without zone', aware, undefined, hinted, ['10.0.0.1', '10.0.0.2']],
    ['anywhere when one has no hint', aware, 'a', [...hinted, at('10.0.0.3')], ['10.0.0.1', '10.0.0.2', '10.0.0.3']],
    ['anywhere unless the Service wants it', service({}), 'a', hinted, ['10.0.0.1', '10.0.0.2']],
  ])('are %s', (_, object, zone, endpoints, expected) => {
    expect(addresses(portsOf(object, [slice(endpoints)], zone ? { zone } : {})[0])).toEqual(expected);
  });

  it('know their Node in v1beta1', () => {
    const endpoint = { addresses: ['10.0.0.1'], topology: { 'kubernetes.io/hostname': 'n1' } };
    expect(portsOf(service({}), [slice([endpoint])])[0]?.endpoints[0]?.isLocal).toBe(true);
  });
});

describe('what comes from outside', () => {
  const nodePortAddresses = { ipv4: '169.254.0.252', ipv6: 'fc01::1' };
  const object = (spec: ServiceObject['spec'] = {}) =>
    service(
      { ports: [{ ...http, nodePort: 30080 }], externalIPs: ['203.0.113.9'], ...spec },
      { status: { loadBalancer: { ingress: [{ ip: '203.0.113.7' }] } } },
    );
  const found = (spec?: ServiceObject['spec']) => {
    const ports = new ServicePorts({ name: 'n1' }, ['ipv4', 'ipv6'], nodePortAddresses);
    ports.setService(key, readService(object(spec)));
    ports.setEndpoints('s', readEndpointSlice(slice([at('10.0.0.1'), at('10.0.0.2', 'n2')])));
    return [...ports.takeChanges().changed.values()].map(({ id, frontends, fromOutside, endpoints }) => [
      id.replace('shop/web:http/TCP/', ''),
      frontends.map(({ address, port }) => `${address}:${port}`).join(' '),
      fromOutside ?? false,
      endpoints.length,
    ]);
  };

  it('is not balanced unless it shall be', () => {
    expect(portsOf(object(), [])[0]?.frontends.map(({ address }) => address)).toEqual(['10.96.0.10', '203.0.113.7']);
  });

  it('is balanced with the rest, at node ports and external addresses', () => {
    expect(found()).toEqual([['ipv4', '10.96.0.10:80 203.0.113.7:80 203.0.113.9:80 169.254.0.252:30080', false, 2]]);
  });

  it('stays on the Node where the Service wants it; what Pods send does not', () => {
    expect(found({ externalTrafficPolicy: 'Local' })).toEqual([
      ['ipv4', '10.96.0.10:80 203.0.113.7:80 203.0.113.9:80', false, 2],
      ['ipv4/outside', '203.0.113.7:80 203.0.113.9:80 169.254.0.252:30080', true, 1],
    ]);
  });
});

describe('what makes no sense', () => {
  const fieldsOf = (object: ServiceObject): string[] => readService(object)?.problems.map(({ field }) => field) ?? [];

  it.each([
    ['no ports', { ports: [] }, ['spec.ports']],
    ['port 0', { ports: [{ name: 'bad', port: 0 }, http] }, ['spec.ports[0].port']],
    ['a port twice', { ports: [http, { name: 'again', port: 80 }] }, ['spec.ports[1]']],
    ['a name twice', { ports: [http, { name: 'http', port: 81 }] }, ['spec.ports[1].name']],
    ['no protocol of Services', { ports: [{ name: 'x', port: 1, protocol: 'ICMP' }] }, ['spec.ports[0].protocol']],
    ['another family than stated', { ipFamilies: ['IPv6'] }, ['spec.clusterIPs[0]']],
    ['no address', { clusterIPs: ['10.96.0.10', 'x'] }, ['spec.clusterIPs[1]']],
    [
      'an affinity that no flow can have',
      { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 86_400 } } },
      ['spec.sessionAffinityConfig.clientIP.timeoutSeconds'],
    ],
  ])('is named: %s', (_, spec, expected) => {
    expect(fieldsOf(service(spec))).toEqual(expected);
  });

  it('leaves the rest as it is', () => {
    const [port, ...others] = portsOf(service({ ports: [{ name: 'bad', port: 0 }, http] }), [
      slice([at('127.0.0.1'), at('fd00::1'), at('10.0.0.1')]),
    ]);
    expect([port?.id, addresses(port), others]).toEqual(['shop/web:http/TCP/ipv4', ['10.0.0.1'], []]);
  });

  it('is named in slices', () => {
    expect(
      readEndpointSlice(slice([at('127.0.0.1'), at('fd00::1'), at('x')], { ports: [{ port: 0 }] }))?.problems,
    ).toEqual([
      { field: 'endpoints[0].addresses[0]', text: '127.0.0.1 is a loopback address and is left out' },
      {
        field: 'endpoints[1].addresses[0]',
        text: "fd00::1 is not IPv4, the slice's addressType, and is left out",
      },
      { field: 'endpoints[2].addresses[0]', text: '"x" is no IP address and is left out' },
      { field: 'ports[0].port', text: '0 is no port; give a number from 1 to 65535' },
    ]);
  });

  it('never throws, whatever comes', () => {
    const anything = fc.anything({ maxDepth: 3 });
    const holed = (object: object, path: readonly string[], value: unknown): unknown => {
      const [first = '', ...rest] = path;
      const inner = (object as Record<string, object>)[first] ?? {};
      const of = Array.isArray(object) ? [...object] : { ...object };
      (of as Record<string, unknown>)[first] = rest.length === 0 ? value : holed(inner, rest, value);
      return of;
    };
    const full = service({ ipFamilies: ['IPv4'], externalIPs: ['203.0.113.9'] });
    const endpoints = slice([at('10.0.0.1', 'n1', { conditions: {}, hints: { forZones: [{ name: 'a' }] } })]);
    const paths = (text: string) => fc.constantFrom(...text.split(' '));
    const servicePaths = paths(
      'spec status spec.ports spec.ports.0 spec.ports.0.port spec.clusterIPs spec.clusterIPs.0 spec.ipFamilies spec.externalIPs spec.sessionAffinity',
    );
    const slicePaths = paths(
      'ports ports.0 ports.0.port endpoints endpoints.0 endpoints.0.addresses endpoints.0.conditions endpoints.0.hints endpoints.0.hints.forZones endpoints.0.topology',
    );
    fc.assert(
      fc.property(servicePaths, slicePaths, anything, (inService, inSlice, value) => {
        readService(holed(full, inService.split('.'), value) as ServiceObject);
        readEndpointSlice(holed(endpoints, inSlice.split('.'), value) as EndpointSliceObject);
      }),
      { numRuns: 300 },
    );
  });
});

describe('changes', () => {
  it('are only of what was told, and told once', () => {
    const ports = new ServicePorts({ name: 'n1' }, ['ipv4']);
    ports.setEndpoints('shop/web-0', readEndpointSlice(slice([at('10.0.0.1')])));
    expect(ports.takeChanges().changed.size).toBe(0);
    ports.setService(key, readService(service({})));
    expect(ports.takeChanges().changed.size).toBe(1);
    ports.setEndpoints('shop/web-0', readEndpointSlice(slice([at('10.0.0.1')])));
    expect(ports.takeChanges().changed.size).toBe(0);
    ports.setEndpoints('shop/web-0', undefined);
    expect([...ports.takeChanges().changed.values()].map(addresses)).toEqual([[]]);
    ports.setService(key, undefined);
    expect([...ports.takeChanges().removed.keys()]).toEqual(['shop/web:http/TCP/ipv4']);
    expect(ports.hasChanges).toBe(false);
  });

  it('follow a slice to another Service, and the Node to another zone', () => {
    const ports = new ServicePorts({ name: 'n1', zone: 'a' }, ['ipv4']);
    const annotations = { 'service.kubernetes.io/topology-mode': 'Auto' };
    ports.setService(key, readService({ ...service({}), metadata: { namespace: 'shop', name: 'web', annotations } }));
    const endpoints = ['a', 'b'].map((name, index) =>
      at(`10.0.0.${index + 1}`, 'n2', { hints: { forZones: [{ name }] } }),
    );
    ports.setEndpoints('s', readEndpointSlice(slice(endpoints)));
    expect([...ports.takeChanges().changed.values()].map(addresses)).toEqual([['10.0.0.1']]);
    ports.setNode({ name: 'n1', zone: 'b' });
    expect([...ports.takeChanges().changed.values()].map(addresses)).toEqual([['10.0.0.2']]);
    const labels = { 'kubernetes.io/service-name': 'other' };
    ports.setEndpoints('s', readEndpointSlice(slice(endpoints, { metadata: { namespace: 'shop', labels } })));
    expect([...ports.takeChanges().changed.values()].map(addresses)).toEqual([[]]);
  });

  /** Whatever the way to a state, the sum of the changes is what one step to it gives. */
  it('add up to what is there', () => {
    const endpoint = fc.integer({ min: 1, max: 4 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('slice' as const), of: fc.constantFrom('a', 'b'), has: fc.uniqueArray(endpoint) }),
      fc.record({ kind: fc.constant('service' as const), ports: fc.subarray([80, 81]), take: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const ports = new ServicePorts({ name: 'n1' }, ['ipv4']);
        const sum = new Map<string, ServicePort>();
        const take = (): void => {
          const { changed, removed } = ports.takeChanges();
          for (const id of removed.keys()) sum.delete(id);
          for (const [id, port] of changed) sum.set(id, port);
        };
        const last = new Map<string, () => void>();
        const once = new ServicePorts({ name: 'n1' }, ['ipv4']);
        for (const each of steps) {
          const state = (into: ServicePorts) => (): void => {
            if (each.kind === 'slice') {
              const object = slice(each.has.map((number) => at(`10.0.0.${number}`)));
              into.setEndpoints(each.of, each.has.length > 0 ? readEndpointSlice(object) : undefined);
            } else {
              const given = each.ports.map((port) => ({ name: port === 80 ? 'http' : 'other', port }));
              into.setService(key, given.length > 0 ? readService(service({ ports: given })) : undefined);
            }
          };
          state(ports)();
          last.set(each.kind === 'slice' ? each.of : 'service', state(once));
          if (each.kind === 'service' && each.take) take();
        }
        take();
        for (const state of [...last.values()].reverse()) state();
        expect(sum).toEqual(once.takeChanges().changed);
      }),
      { numRuns: 200 },
    );
  });
});
