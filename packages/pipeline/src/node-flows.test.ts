import { tableDisplayName } from '@antrea-ts/apis';
import { readFileSync } from 'node:fs';
import { formatFlow, type Flow } from '@antrea-ts/openflow';
import { parseCidr, parseIp, parseMac } from '@antrea-ts/net-types';
import { describe, expect, it } from 'vitest';
import { createNodePipeline } from './node-flows.js';
import type { NodeProfile } from './profile.js';
import { nodeProfile } from './testing/index.js';

const profile = nodeProfile({}, ['10.10.0.1']);

const dualStack: NodeProfile = {
  ...profile,
  families: ['ipv4', 'ipv6'],
  gateway: { ...profile.gateway, addresses: [parseIp('10.10.0.1'), parseIp('fd10:10::1')] },
};

const pod = { ofPort: 5, mac: parseMac('0e:00:00:00:00:05'), addresses: [parseIp('10.10.0.5')] };
const dualPod = { ...pod, addresses: [parseIp('10.10.0.5'), parseIp('fd10:10::5')] };

function text(flows: readonly Flow[]): string[] {
  return flows.map((flow) => formatFlow(flow).replace(/cookie=\S+ /, '')).sort();
}

function wholeNode(of: NodeProfile, localPod: typeof pod, cidrs: readonly string[], remote: string): Flow[] {
  const pipeline = createNodePipeline(of);
  const peer = {
    podCidrs: cidrs.map((cidr) => parseCidr(cidr)),
    path: { kind: 'tunnel', remote: parseIp(remote) },
  } as const;
  return [...pipeline.base(), ...pipeline.pod(localPod), ...pipeline.peer(peer)];
}

/** Lines of a fixture; each states what the reference of 1.3's datapath says, not what the code happened to give. */
function fixture(name: string): string[] {
  const lines = readFileSync(new URL(`./fixtures/${name}`, import.meta.url), 'utf8').split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#')).sort();
}

describe('the flows of a Node', () => {
  it('encap, IPv4', () => {
    expect(text(wholeNode(profile, pod, ['10.10.1.0/24'], '192.168.77.101'))).toEqual(fixture('encap-ipv4.flows'));
  });

  it('encap, dual stack', () => {
    const flows = wholeNode(dualStack, dualPod, ['10.10.1.0/24', 'fd10:10:0:1::/64'], '192.168.77.101');
    expect(text(flows)).toEqual(fixture('encap-dual.flows'));
  });

  it('without AntreaProxy: no tables for Services, Service CIDRs go to the host', () => {
    const pipeline = createNodePipeline({ ...profile, proxy: false, serviceCidrs: [parseCidr('10.96.0.0/12')] });
    const lines = text(pipeline.base());
    expect(lines).toContain(
      'table=40, priority=200,ip,nw_dst=10.96.0.0/12 actions=load:0x2->NXM_NX_REG1[],load:0x1->NXM_NX_REG0[16],goto_table:105',
    );
    expect(lines).toContain('table=30, priority=200,ip actions=ct(table=31,zone=65520)');
    expect(lines).toContain('table=31, priority=0 actions=goto_table:40');
    expect(lines).toContain('table=40, priority=0 actions=goto_table:45');
    expect(lines).toContain('table=105, priority=0 actions=goto_table:110');
    expect(lines.filter((line) => /table=(29|41|42|106),/.test(line))).toEqual([]);
  });

  it('without AntreaPolicy: egress begins at table 50, ingress at table 90', () => {
    const pipeline = createNodePipeline({ ...profile, antreaPolicy: false });
    expect(text(pipeline.base()).filter((line) => /table=(45|85),|goto_table:(45|85)$/.test(line))).toEqual([]);
    expect(text(pipeline.pod(pod)).some((line) => line.endsWith('goto_table:90'))).toBe(true);
  });

  it('recognises the host by its address where marks do not cross into the datapath', () => {
    const lines = text(createNodePipeline({ ...profile, hostSource: 'gatewayAddress' }).base());
    expect(lines).toContain(
      'table=85, priority=64989,ct_mark=0/0x1,ip,reg0=0x1/0xf,nw_src=10.10.0.1 actions=goto_table:105',
    );
    expect(lines.some((line) => line.includes('pkt_mark'))).toBe(false);
  });

  it('judges packets of established connections where they are to be cut, but not the answers', () => {
    const lines = text(createNodePipeline({ ...profile, establishedConnections: 'cut' }).base());
    expect(lines).toContain('table=45, priority=64990,ct_state=-new+est+rpl,ip actions=goto_table:61');
    expect(lines).toContain('table=31, priority=190,ct_state=-new+trk,ip actions=goto_table:45');
    expect(lines.filter((line) => line.includes('ct_state=-new+est,'))).toEqual([]);
  });

  it('sends to peers through the gateway where no tunnel is needed', () => {
    const pipeline = createNodePipeline({ ...profile, mode: 'noEncap' });
    expect(text(pipeline.peer({ podCidrs: [parseCidr('10.10.1.0/24')], path: { kind: 'gateway' } }))).toContain(
      'table=70, priority=200,ip,nw_dst=10.10.1.0/24 actions=set_field:0e:00:00:00:00:01->eth_dst,goto_table:80',
    );
  });

  it('networkPolicyOnly: routes by address, answers every ARP request, gives the rest to the host', () => {
    const pipeline = createNodePipeline({ ...profile, mode: 'networkPolicyOnly' });
    expect(text(pipeline.base())).toContain(
      'table=70, priority=190,ip actions=set_field:0e:00:00:00:00:01->eth_dst,goto_table:80',
    );
    expect(text(pipeline.base()).some((line) => line.startsWith('table=20, priority=200,arp,arp_op=1 '))).toBe(true);
    expect(text(pipeline.pod(pod))).toContain(
      'table=70, priority=200,ip,nw_dst=10.10.0.5 actions=set_field:0e:00:00:00:00:05->eth_dst,goto_table:72',
    );
  });

  it('with the physical adapter on the bridge, as on Windows: host and wire through it, direct peers past the host', () => {
    const uplink = { ofPort: 3, podCidrs: [parseCidr('10.10.0.0/24')] };
    const classification = (of: NodeProfile): string[] =>
      text(createNodePipeline(of).base()).filter((line) => /in_port=(3|LOCAL)/.test(line));
    const hostAndWire = ['priority=200,in_port=3 actions=LOCAL', 'priority=200,in_port=LOCAL actions=output:3'];
    expect(classification({ ...profile, uplink })).toEqual(hostAndWire);
    expect(classification({ ...profile, uplink, mode: 'noEncap' })).toEqual([
      ...hostAndWire,
      'priority=210,ip,in_port=3,nw_dst=10.10.0.0/24 actions=load:0x4->NXM_NX_REG0[0..3],load:0x1->NXM_NX_REG0[19],goto_table:29',
    ]);
    const peer = {
      podCidrs: [parseCidr('10.10.1.0/24')],
      path: { kind: 'direct', mac: parseMac('00:15:5d:00:00:02'), remote: parseIp('192.168.77.102') },
    } as const;
    const toPeer = text(createNodePipeline({ ...profile, uplink, mode: 'noEncap' }).peer(peer));
    expect(toPeer.filter((line) => !line.startsWith('table=20,'))).toEqual([
      'table=70, priority=200,ct_state=+rpl+trk,ip,nw_dst=192.168.77.102 actions=set_field:00:15:5d:00:00:02->eth_dst,goto_table:80',
      'table=70, priority=200,ip,nw_dst=10.10.1.0/24 actions=set_field:00:15:5d:00:00:02->eth_dst,goto_table:80',
      'table=80, priority=200,dl_dst=00:15:5d:00:00:02 actions=load:0x3->NXM_NX_REG1[],load:0x1->NXM_NX_REG0[16],goto_table:105',
    ]);
    expect(() => createNodePipeline(profile).peer(peer)).toThrow('needs an uplink');
  });

  it('never has two flows with the same table, priority and match', () => {
    const keys = text(wholeNode(dualStack, dualPod, ['10.10.1.0/24'], '192.168.77.101')).map(
      (line) => line.split(' actions=')[0],
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('jumps only to tables that exist, and forwards only', () => {
    for (const of of [profile, dualStack, { ...profile, proxy: false }, { ...profile, antreaPolicy: false }]) {
      const { layout, ...pipeline } = createNodePipeline(of);
      const present = new Set(layout.tables.map(({ id }) => id));
      for (const flow of [...pipeline.base(), ...pipeline.pod(pod)]) {
        expect(present, formatFlow(flow)).toContain(flow.table);
        for (const instruction of flow.instructions) {
          if (instruction.kind !== 'goto_table') continue;
          expect(present, formatFlow(flow)).toContain(instruction.table);
          expect(instruction.table, formatFlow(flow)).toBeGreaterThan(flow.table);
        }
      }
    }
  });
});

it('names tables as users know them', () => {
  expect([0, 40, 106, 7].map(tableDisplayName)).toEqual([
    'Classification',
    'DNAT(SessionAffinity)',
    'HairpinSNATTable',
    '7',
  ]);
});
