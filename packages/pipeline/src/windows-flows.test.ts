import { readFileSync } from 'node:fs';
import { formatFlow, formatGroup, isGroup, type Flow } from '@antrea-ts/openflow';
import { parseCidr, parseIp, parseMac } from '@antrea-ts/net-types';
import type { ServicePort } from '@antrea-ts/proxy';
import { describe, expect, it } from 'vitest';
import { FlowEvaluator, type EvaluatedPacket } from './evaluator/index.js';
import { ServiceFlows } from './features/service/service-flows.js';
import { createNodePipeline } from './node-flows.js';
import type { NodeProfile } from './profile.js';

const gatewayMac = parseMac('0e:00:00:00:00:01');
const profile: NodeProfile = {
  mode: 'encap',
  families: ['ipv4'],
  gateway: { ofPort: 2, mac: gatewayMac, addresses: [parseIp('10.10.0.1')] },
  tunnelOfPort: 1,
  uplink: { ofPort: 3, podCidrs: [parseCidr('10.10.0.0/24')] },
  proxy: true,
  antreaPolicy: true,
  egress: false,
  serviceCidrs: [],
  hostSource: 'gatewayAddress',
  cookieRound: 1,
};
const podMac = parseMac('0e:00:00:00:00:05');
const pod = { ofPort: 5, mac: podMac, addresses: [parseIp('10.10.0.5')] };
const peerMac = parseMac('00:15:5d:00:00:02');
const podCidrs = [parseCidr('10.10.1.0/24')];
const tunnelPeer = { podCidrs, path: { kind: 'tunnel', remote: parseIp('192.168.77.101') } } as const;
const directPeer = { podCidrs, path: { kind: 'direct', mac: peerMac, remote: parseIp('192.168.77.101') } } as const;

function nodeFlows(of: NodeProfile, peer: Parameters<ReturnType<typeof createNodePipeline>['peer']>[0]): Flow[] {
  const pipeline = createNodePipeline(of);
  return [...pipeline.base(), ...pipeline.pod(pod), ...pipeline.peer(peer)];
}

/** What a Node has more and less than a Linux one in encap mode (`fixtures/encap-ipv4.flows`). */
function compared(flows: readonly Flow[]): { readonly more: string[]; readonly less: string[] } {
  const fixture = readFileSync(new URL('./fixtures/encap-ipv4.flows', import.meta.url), 'utf8').split('\n');
  const linux = fixture.filter((line) => line !== '' && !line.startsWith('#'));
  const own = flows.map((flow) => formatFlow(flow).replace(/cookie=\S+ /, ''));
  return { more: own.filter((line) => !linux.includes(line)), less: linux.filter((line) => !own.includes(line)) };
}

const hostAndWire = ['priority=200,in_port=3 actions=LOCAL', 'priority=200,in_port=LOCAL actions=output:3'];

describe('the flows of a Windows Node, against those of 1.3', () => {
  it('encap: host and wire pass by, all else is as on Linux', () => {
    const { more, less } = compared(nodeFlows(profile, tunnelPeer));
    // The host's packets have no mark: they are known by the gateway's address.
    expect(more.sort()).toEqual([
      ...hostAndWire,
      'table=85, priority=64989,ct_mark=0/0x1,ip,reg0=0x1/0xf,nw_src=10.10.0.1 actions=goto_table:105',
    ]);
    expect(less).toEqual([
      'table=85, priority=64989,pkt_mark=0x1/0x1,ct_mark=0/0x1,reg0=0x1/0xf actions=goto_table:105',
    ]);
  });

  it('without a tunnel: to a direct peer by its MAC address, from the wire to Pods by theirs', () => {
    const { tunnelOfPort: _, ...others } = profile;
    const { more } = compared(nodeFlows({ ...others, mode: 'noEncap' }, directPeer));
    expect(more.filter((line) => !line.includes('nw_src=10.10.0.1 ')).sort()).toEqual(
      [
        ...hostAndWire,
        'priority=210,ip,in_port=3,nw_dst=10.10.0.0/24 actions=load:0x4->NXM_NX_REG0[0..3],load:0x1->NXM_NX_REG0[19],goto_table:29',
        'table=70, priority=200,ct_state=+rpl+trk,ip,nw_dst=192.168.77.101 actions=set_field:00:15:5d:00:00:02->eth_dst,goto_table:80',
        'table=70, priority=200,ip,nw_dst=10.10.1.0/24 actions=set_field:00:15:5d:00:00:02->eth_dst,goto_table:80',
        'table=80, priority=200,dl_dst=00:15:5d:00:00:02 actions=load:0x3->NXM_NX_REG1[],load:0x1->NXM_NX_REG0[16],goto_table:105',
      ].sort(),
    );
  });

  it('has none of the flows that 1.3 has and no packet reaches: table 5, SNAT in the switch', () => {
    const lines = nodeFlows(profile, tunnelPeer).map((flow) => formatFlow(flow));
    expect(lines.filter((line) => /table=(5|71),|goto_table:(5|71)$|zone=65500/.test(line))).toEqual([]);
  });
});

describe('Services on a Windows Node', () => {
  const web: ServicePort = {
    id: 'default/web:/TCP/ipv4',
    namespace: 'default',
    name: 'web',
    protocol: 'TCP',
    family: 'ipv4',
    frontends: [{ address: '10.96.0.1', port: 443 }],
    endpoints: [
      { address: '10.10.0.5', port: 80, isLocal: true },
      { address: '10.10.1.7', port: 8080, isLocal: false },
    ],
  };

  function items(of: NodeProfile, port: ServicePort) {
    return [...new ServiceFlows(of, { controllerId: 1, meters: false }).set(port).set.values()];
  }
  const asText = (of: NodeProfile, port: ServicePort): string[] =>
    items(of, port).map((item) => (isGroup(item) ? formatGroup(item) : formatFlow(item)));

  it('are those of a Linux Node: the uplink and how the host is known make no difference', () => {
    const { uplink: _, ...linux } = profile;
    expect(asText(profile, web)).toEqual(asText({ ...linux, hostSource: 'packetMark' }, web));
  });

  it('pass no meter, which Open vSwitch for Windows lacks', () => {
    expect(asText(profile, { ...web, endpoints: [] }).filter((line) => line.includes('meter'))).toEqual([]);
  });

  it('lead a Pod to Endpoints on this Node and on a peer, by tunnel and directly', () => {
    const client = { ofPort: 6, mac: parseMac('0e:00:00:00:00:06'), addresses: [parseIp('10.10.0.6')] };
    const packet: EvaluatedPacket = {
      inPort: client.ofPort,
      sourceMac: client.mac,
      destinationMac: gatewayMac,
      source: client.addresses[0]!,
      destination: parseIp('10.96.0.1'),
      protocol: 6,
      sourcePort: 40_000,
      destinationPort: 443,
    };
    const { tunnelOfPort: _, ...others } = profile;
    for (const [of, peer, outPort] of [
      [profile, tunnelPeer, 1],
      [{ ...others, mode: 'noEncap' }, directPeer, 3],
    ] as const) {
      const flows = [...nodeFlows(of, peer), ...createNodePipeline(of).pod(client)];
      const seen = web.endpoints.map((endpoint) => {
        const service = items(of, { ...web, endpoints: [endpoint] });
        const groups = service.filter(isGroup);
        const others = service.filter((item): item is Flow => !isGroup(item));
        return new FlowEvaluator([...flows, ...others], { groups }).evaluate(packet).outputs;
      });
      expect(seen).toEqual([[pod.ofPort], [outPort]]);
    }
  });
});
