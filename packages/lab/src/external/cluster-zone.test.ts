import type { Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { describe, expect, it } from 'vitest';
import { createClusterZone, reversedAddress, type ServiceDirectory } from './cluster-zone.js';
import { createDnsRecords } from './dns-records.js';

const ports = [{ name: 'http', port: 80, protocol: 'TCP' }];
const services: Readonly<Record<string, Service['spec']>> = {
  'default/web': { clusterIP: '10.96.0.5', clusterIPs: ['10.96.0.5', 'fd00:10:96::5'], ports },
  'shop/db': { clusterIP: 'None', clusterIPs: ['None'], ports },
  'shop/away': { type: 'ExternalName', externalName: 'web.external.test' },
};
const slices: Readonly<Record<string, EndpointSlice>> = {
  'shop/db': {
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints: [
      { addresses: ['10.10.1.2'], hostname: 'first' },
      { addresses: ['10.10.1.3'] },
      { addresses: ['10.10.1.4'], conditions: { ready: false } },
    ],
  },
};
const serviceOf = (key: string): Service | undefined => {
  const [namespace, name] = key.split('/') as [string, string];
  return services[key] && { metadata: { namespace, name }, spec: services[key] };
};
const directory: ServiceDirectory = {
  service: (namespace, name) => serviceOf(`${namespace}/${name}`),
  slices: (namespace, name) => [slices[`${namespace}/${name}`] ?? []].flat(),
  serviceAt: (address) => (address === '10.96.0.5' ? serviceOf('default/web') : undefined),
};
const records = createDnsRecords();
records.set('web.external.test', 'A', ['203.0.113.10'], 60);
const zone = createClusterZone(directory, records);

function answersTo(name: string, type: string): readonly string[] | 'no-such-name' {
  const found = zone.lookup(name, type);
  return found.kind === 'found' ? found.records.flatMap(({ values }) => values) : found.kind;
}

describe('createClusterZone', () => {
  it.each<[string, string, readonly string[] | 'no-such-name']>([
    ['web.default.svc.cluster.local', 'A', ['10.96.0.5']],
    ['WEB.default.svc.cluster.local.', 'AAAA', ['fd00:10:96::5']],
    ['web.default.svc.cluster.local', 'MX', []],
    ['web.other.svc.cluster.local', 'A', 'no-such-name'],
    ['x.web.default.svc.cluster.local', 'A', 'no-such-name'],
    ['_http._tcp.web.default.svc.cluster.local', 'SRV', ['0 100 80 web.default.svc.cluster.local']],
    ['_http._udp.web.default.svc.cluster.local', 'SRV', 'no-such-name'],
    ['db.shop.svc.cluster.local', 'A', ['10.10.1.2', '10.10.1.3']],
    ['db.shop.svc.cluster.local', 'AAAA', []],
    ['first.db.shop.svc.cluster.local', 'A', ['10.10.1.2']],
    ['10-10-1-3.db.shop.svc.cluster.local', 'A', ['10.10.1.3']],
    ['10-10-1-4.db.shop.svc.cluster.local', 'A', 'no-such-name'],
    [
      '_http._tcp.db.shop.svc.cluster.local',
      'SRV',
      ['0 100 8080 first.db.shop.svc.cluster.local', '0 100 8080 10-10-1-3.db.shop.svc.cluster.local'],
    ],
    ['away.shop.svc.cluster.local', 'A', ['web.external.test', '203.0.113.10']],
    ['5.0.96.10.in-addr.arpa', 'PTR', ['web.default.svc.cluster.local']],
    ['6.0.96.10.in-addr.arpa', 'PTR', 'no-such-name'],
    ['10-10-1-2.default.pod.cluster.local', 'A', ['10.10.1.2']],
    ['fd10--2.default.pod.cluster.local', 'AAAA', ['fd10::2']],
    ['x.default.pod.cluster.local', 'A', 'no-such-name'],
    ['default.svc.cluster.local', 'A', []],
    ['svc.cluster.local', 'A', []],
    ['cluster.local', 'A', []],
    ['other.cluster.local', 'A', 'no-such-name'],
    ['web.external.test', 'A', ['203.0.113.10']],
    ['web.external.test.default.svc.cluster.local', 'A', 'no-such-name'],
  ])('%s %s', (name, type, expected) => {
    expect(answersTo(name, type)).toEqual(expected);
  });
});

it('reads reverse names', () => {
  expect(reversedAddress('5.0.96.10.in-addr.arpa')).toBe('10.96.0.5');
  const digits = 'fd001000960000000000000000000005'.split('');
  expect(reversedAddress(`${digits.toReversed().join('.')}.ip6.arpa`)).toBe('fd00:1000:9600:0000:0000:0000:0000:0005');
  expect(reversedAddress('5.0.in-addr.arpa')).toBeUndefined();
});
