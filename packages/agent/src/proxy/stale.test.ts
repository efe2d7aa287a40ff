import type { ServicePort } from '@antrea-ts/proxy';
import { describe, expect, it } from 'vitest';
import { AllBut, VanishedEndpoints } from './stale.js';
import { parseUdpConnection, tupleText, type TrackedConnection } from './tracked-connection.js';

const line =
  'udp,orig=(src=10.10.1.2,dst=10.96.0.50,sport=40000,dport=53),reply=(src=10.10.2.3,dst=10.10.1.2,sport=5300,dport=40000),zone=65520,mark=33';

function dns(hosts: readonly number[], more: Partial<ServicePort> = {}): ServicePort {
  return {
    id: 'kube-system/dns:/UDP/ipv4',
    namespace: 'kube-system',
    name: 'dns',
    protocol: 'UDP',
    family: 'ipv4',
    frontends: [{ address: '10.96.0.50', port: 53 }],
    endpoints: hosts.map((host) => ({ address: `10.10.2.${host}`, port: 5300, isLocal: false })),
    ...more,
  };
}

describe('a tracked connection', () => {
  const found = parseUdpConnection(line) as TrackedConnection;

  it('is read, and named in full', () => {
    expect(found).toEqual({
      source: '10.10.1.2',
      destination: '10.96.0.50',
      sourcePort: 40000,
      destinationPort: 53,
      replySource: '10.10.2.3',
      replySourcePort: 5300,
    });
    expect(tupleText(found)).toBe(
      'ct_nw_src=10.10.1.2,ct_nw_dst=10.96.0.50,ct_nw_proto=17,ct_tp_src=40000,ct_tp_dst=53',
    );
    expect(tupleText({ ...found, source: 'fd00::1', destination: 'fd00::2' })).toMatch(/^ct_ipv6_src=fd00::1,/);
  });

  it.each([
    ['of TCP', line.replace('udp', 'tcp')],
    ['through no Service', line.replace(',mark=33', '')],
    ['of the gateway', line.replace('mark=33', 'mark=32')],
    ['cut off', line.slice(0, 60)],
  ])('%s is nothing to us', (_, text) => {
    expect(parseUdpConnection(text)).toBeUndefined();
  });

  it('is stale when its Endpoint vanished, not when another did', () => {
    const vanished = new VanishedEndpoints();
    vanished.add(dns([3, 4]), dns([3]), 1);
    expect([vanished.families, vanished.isStaleConnection(found)]).toEqual([['ipv4'], false]);
    vanished.add(dns([3]), undefined, 1);
    expect(vanished.isStaleConnection(found)).toBe(true);
    expect(vanished.isStaleConnection({ ...found, destination: '10.96.0.51' })).toBe(false);
  });

  it('is stale at start unless its Endpoint is there', () => {
    const groupOf = (): number => 1;
    const stale = (...ports: ServicePort[]) =>
      new AllBut(ports, { families: ['ipv4'], groupOf }).isStaleConnection(found);
    expect([stale(dns([3])), stale(dns([4])), stale()]).toEqual([false, true, true]);
  });
});

describe('what was learned', () => {
  const sticky = { affinitySeconds: 100, protocol: 'TCP' } as const;

  it('is stale when its Endpoint left the Service', () => {
    const vanished = new VanishedEndpoints();
    vanished.add(dns([3, 4], sticky), dns([4], sticky), 7);
    expect([vanished.families, vanished.groups]).toEqual([[], [7]]);
    expect(vanished.isStaleChoice(7, { address: '10.10.2.3', port: 5300 })).toBe(true);
    expect(vanished.isStaleChoice(7, { address: '10.10.2.4', port: 5300 })).toBe(false);
  });

  it('goes by itself with the Service port', () => {
    const vanished = new VanishedEndpoints();
    vanished.add(dns([3], sticky), undefined, 7);
    expect(vanished.groups).toEqual([]);
  });
});
