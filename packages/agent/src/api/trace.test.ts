import { parseIp, parseMac } from '@antrea-ts/net-types';
import { HttpError } from '@antrea-ts/runtime';
import { describe, expect, it } from 'vitest';
import { resolveTrace, type TraceNode } from './resolve-trace.js';
import { parseTraceRequest } from './trace-request.js';

const web = {
  containerId: 'c1',
  podName: 'web',
  podNamespace: 'default',
  interfaceName: 'web-123456',
  ofPort: 7,
  mac: parseMac('0a:00:00:00:00:07'),
  addresses: [parseIp('10.10.1.7'), parseIp('fd10:1::7')],
};
const db = { ...web, podName: 'db', interfaceName: 'db-123456', ofPort: 8, mac: parseMac('0a:00:00:00:00:08') };
const node: TraceNode = {
  pods: () => [web, { ...db, addresses: [parseIp('10.10.1.8')] }],
  port: (name) =>
    new Map([
      ['web-123456', { ofPort: 7 }],
      ['antrea-tun0', { ofPort: 1 }],
      ['antrea-gw0', { ofPort: 2 }],
      ['broken', {}],
    ]).get(name),
  gateway: () => ({ name: 'antrea-gw0', ofPort: 2, mac: parseMac('0a:00:00:00:00:02') }),
  gatewayAddresses: [parseIp('10.10.1.1')],
  tunnel: { name: 'antrea-tun0', ofPort: 1 },
  podAddresses: async (_, name) => {
    if (name === 'away') throw new Error('no API');
    if (name === 'pending') return [];
    return name === 'far' ? [parseIp('10.10.2.9')] : undefined;
  },
  serviceAddresses: async (_, name) => (name === 'dns' ? [parseIp('10.96.0.10')] : undefined),
};

const trace = async (query: string, on = node): Promise<string> =>
  resolveTrace(parseTraceRequest(new URLSearchParams(query)), on);

const toGateway = 'dl_dst=0a:00:00:00:00:02,nw_ttl=64';
const virtual = 'aa:bb:cc:dd:ee:ff';

describe('what is traced', () => {
  it.each([
    ['', `in_port=2,ip,dl_src=0a:00:00:00:00:02,${toGateway}`],
    [
      'source=default/web&destination=default/db',
      'in_port=7,ip,nw_src=10.10.1.7,nw_dst=10.10.1.8,dl_src=0a:00:00:00:00:07,dl_dst=0a:00:00:00:00:08,nw_ttl=64',
    ],
    [
      'source=default/web&destination=default/far&flow=tcp,%20tp_dst=80',
      `in_port=7,tcp,tp_dst=80,nw_src=10.10.1.7,nw_dst=10.10.2.9,dl_src=0a:00:00:00:00:07,${toGateway}`,
    ],
    [
      'source=10.10.1.7&destination=default/dns',
      `in_port=7,ip,nw_src=10.10.1.7,nw_dst=10.96.0.10,dl_src=0a:00:00:00:00:07,${toGateway}`,
    ],
    [
      'source=web-123456&addressFamily=6&destination=2001:db8::1',
      `in_port=7,ipv6,ipv6_src=fd10:1::7,ipv6_dst=2001:db8::1,dl_src=0a:00:00:00:00:07,${toGateway}`,
    ],
    ['destination=2001:db8::1', `in_port=2,ipv6,ipv6_dst=2001:db8::1,dl_src=0a:00:00:00:00:02,${toGateway}`],
    [
      'source=default/far&destination=default/web',
      `in_port=1,ip,nw_src=10.10.2.9,nw_dst=10.10.1.7,dl_src=${virtual},dl_dst=${virtual},nw_ttl=64`,
    ],
    [
      'port=antrea-tun0&destination=default/web',
      `in_port=1,ip,nw_dst=10.10.1.7,dl_src=${virtual},dl_dst=${virtual},nw_ttl=64`,
    ],
    [
      'source=antrea-gw0&destination=default/web&flow=udp,nw_ttl=1,dl_dst=02:00:00:00:00:01',
      'in_port=2,udp,nw_ttl=1,dl_dst=02:00:00:00:00:01,nw_src=10.10.1.1,nw_dst=10.10.1.7,dl_src=0a:00:00:00:00:02',
    ],
    ['port=web-123456&flow=arp,arp_op=1', 'in_port=7,arp,arp_op=1'],
    ['flow=in_port=7,constructor', `in_port=7,constructor,ip,dl_src=0a:00:00:00:00:02,${toGateway}`],
  ])('%s', async (query, flow) => {
    expect(await trace(query)).toBe(flow);
  });

  it('comes from the gateway where there are no tunnels', async () => {
    expect(await trace('source=default/far', { ...node, tunnel: undefined })).toMatch(/^in_port=2,/);
  });

  it.each([
    [400, 'port=a b', 'port: invalid input port format'],
    [400, 'port=--help;reboot', 'port: invalid input port format'],
    [404, 'port=nothing', 'port: input port not found: nothing'],
    [404, 'port=broken', 'port: input port not found'],
    [400, 'source=a/b/c', 'source: invalid source format; give NAMESPACE/NAME'],
    [400, 'source=Default/web', 'source: invalid source format'],
    [400, 'destination=/web', 'destination: invalid destination format'],
    [400, 'destination=a,b', 'destination: invalid destination format'],
    [404, 'source=default/none', 'source: Pod default/none not found'],
    [404, 'destination=default/none', 'Service not found'],
    [404, 'source=nothing', 'source: OVS port nothing not found'],
    [400, 'source=antrea-tun0', 'source: invalid OVS port'],
    [400, 'source=default/pending', 'source: source Pod has no IP address of family ipv4'],
    [400, 'destination=default/db&addressFamily=6', 'destination: destination has no IP address of family ipv6'],
    [500, 'source=default/away', 'Kubernetes API error'],
    [400, 'addressFamily=5', 'addressFamily: "5" is no IP family; give 4 or 6'],
    [400, 'addressFamily=6&source=10.0.0.1', 'address family incompatible between source and request'],
    [400, 'source=10.0.0.1&destination=2001:db8::1', 'address family incompatible between destination and request'],
    [400, 'addressFamily=4&flow=tcp6', 'addressFamily: 4 and the protocol in flow do not go together'],
    [400, 'flow=tcp;reboot', 'flow: invalid flow format at "tcp;reboot"'],
    [400, 'flow=tcp -generate', 'flow: invalid flow format'],
    [400, 'flow=tcp,', 'flow: invalid flow format at ""'],
    [400, 'flow=nw_src=1.2.3.4&source=default/web', "duplicated 'nw_src' in flow"],
    [400, 'flow=ip_dst=1.2.3.4&destination=default/web', "duplicated 'ip_dst' in flow"],
    [400, 'flow=in_port=1&port=antrea-gw0', "duplicated 'in_port' in flow"],
    [400, 'flow=tp_dst=1,tp_dst=2', "duplicated 'tp_dst' in flow"],
    [400, 'flow=arp&source=default/web', 'source and destination must not be specified for non-IP packet'],
    [400, 'sorce=default/web', 'unknown parameter "sorce": did you mean "source"?'],
  ])('refuses with %d %s', async (status, query, message) => {
    const failure = await trace(query).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HttpError);
    expect(failure).toMatchObject({ status, message: expect.stringContaining(message) });
  });
});
