import { formatCidr, parseCidr, parseInterfaceAddress } from '@antrea-ts/net-types';
import type { ServicePort } from '@antrea-ts/proxy';
import { expect, it } from 'vitest';
import { HostServices } from './host-services.js';

const port: ServicePort = {
  id: 'shop/web:http/TCP/ipv4',
  namespace: 'shop',
  name: 'web',
  protocol: 'TCP',
  family: 'ipv4',
  frontends: [
    { address: '10.96.0.10', port: 80 },
    { address: '203.0.113.7', port: 80 },
    { address: '169.254.0.252', port: 30080 },
  ],
  endpoints: [],
};

function servicesOf(...ports: ServicePort[]): HostServices {
  const services = new HostServices({
    families: ['ipv4'],
    gatewayName: 'antrea-gw0',
    transportAddresses: [parseInterfaceAddress('192.168.1.11/24')],
    serviceCidrs: [parseCidr('10.96.0.0/12')],
  });
  for (const each of ports) services.set(each.id, each);
  return services;
}

it('the Node has routes to the Service CIDR and to each address outside of it', () => {
  expect([...servicesOf(port).routes().values()].map(({ destination }) => formatCidr(destination))).toEqual([
    '169.254.0.253/32',
    '10.96.0.0/12',
    '169.254.0.252/32',
    '203.0.113.7/32',
  ]);
});

it('node ports are at the Node, and what comes from outside gets the source of the gateway', () => {
  const { nodePorts, masqueraded } = servicesOf(port).rules();
  expect(nodePorts.ipv4).toEqual(['192.168.1.11,tcp:30080']);
  expect(masqueraded.ipv4).toEqual(['203.0.113.7,tcp:80', '169.254.0.252,tcp:30080']);
});

it('what stays on the Node keeps its source', () => {
  const cluster = { ...port, frontends: port.frontends.slice(0, 2) };
  const outside = { ...port, id: `${port.id}/outside`, frontends: port.frontends.slice(1), fromOutside: true };
  const { nodePorts, masqueraded } = servicesOf(cluster, outside).rules();
  expect([nodePorts.ipv4, masqueraded.ipv4]).toEqual([['192.168.1.11,tcp:30080'], []]);
});

it('tells of changes of frontends, not of Endpoints', () => {
  const services = servicesOf(port);
  let told = 0;
  services.onChange(() => (told += 1));
  services.set(port.id, { ...port, endpoints: [{ address: '10.0.0.1', port: 80, isLocal: true }] });
  expect(told).toBe(0);
  services.set(port.id, undefined);
  expect(told).toBe(1);
});
