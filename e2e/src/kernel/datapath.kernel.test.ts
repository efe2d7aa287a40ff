import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, patience } from '../lab.js';
import { parsePing, type PingResult } from '../ping.js';
import { KernelLab } from './kernel-lab.js';

const bodyLength = 100_000;
/** Answers with the client's address, and enough to fill packets. */
const webServer = `require('http').createServer((q,s)=>
  s.end(q.socket.remoteAddress.replace('::ffff:','')+'\\n'+'x'.repeat(${bodyLength}))).listen(80,'::')`;

/** One lab for all, which changes its mode at the end: bringing one up is what takes longest here. */
describe('the datapath of the kernel, two Nodes, dual stack', () => {
  const lab = new KernelLab();
  const pods = [
    { name: 'here', node: 'node-1' },
    { name: 'neighbour', node: 'node-1' },
    { name: 'far', node: 'node-2' },
    { name: 'web', node: 'node-2', command: ['node', '-e', webServer] },
  ];
  /** Of the rules that a test took away: they come back within half a minute, while others run. */
  let rulesBefore = '';
  const node1 = (script: string): Promise<string> => lab.run('node-1', script);
  const here = (script: string): Promise<string> => lab.run('here', script);

  beforeAll(() => lab.up(pods));
  afterAll(() => lab.down());

  it('is the one that forwards', async () => {
    expect(await node1('ovs-appctl dpctl/dump-dps')).toContain('system@ovs-system');
    expect(await node1('ovs-vsctl get bridge br-int datapath_type')).toBe('system\n');
    expect(await node1('ovs-appctl dpctl/show')).toMatch(/genev_sys_6081 \(geneve/);
  });

  it('lets everyone reach everyone on both families', async () => {
    expect(await lab.unreachable()).toEqual([]);
  });

  it('carries HTTP between Nodes, under the address of the Pod', async () => {
    expect(await fetchWeb()).toEqual(wholeAnswers());
  });

  it('lets Pods reach the outside under the address of their Node', async () => {
    expect(await here(`curl -sSf -m ${3 * patience} http://203.0.113.10/`)).toContain('192.168.77.11');
    expect(await here(`curl -sSf -m ${3 * patience} 'http://[2001:db8:ffff::10]/'`)).toContain('fd77::11');
  });

  it('does not let a Pod speak under an address that is not its own', async () => {
    const { v4, v6 } = lab.addresses('neighbour');
    const heard = (): Promise<string> =>
      lab.run('neighbour', "awk '/^Icmp:/ { print $10 } /Icmp6InEchos/ { print $2 }' /proc/net/snmp /proc/net/snmp6");
    // Afterwards each knows where the other is, and nothing but the address is wrong.
    await here(`ping -q -c2 -i0.5 -W${patience} ${v4} && ping -q -c2 -i0.5 -W${patience} ${v6}`);
    const before = await heard();
    expect(before).toMatch(/^InEchos\n[1-9]\d*\n[1-9]\d*\n$/);
    const forged = await here(`ip addr add 10.10.1.250/32 dev eth0; ip -6 addr add fd10:10:1::250/128 dev eth0 nodad
      ping -q -c2 -i0.5 -W3 -I 10.10.1.250 ${v4} & ping -q -c2 -i0.5 -W3 -I fd10:10:1::250 ${v6}; wait
      ip addr del 10.10.1.250/32 dev eth0; ip -6 addr del fd10:10:1::250/128 dev eth0`);
    expect(forged.match(/2 packets transmitted, 0 received/g)).toHaveLength(2);
    expect(await heard()).toBe(before);
  });

  it("hands a mark that iptables set to the switch: the Node's own packets are known by it", async () => {
    const count = async (): Promise<number> => {
      const dump = await node1('ovs-ofctl -O OpenFlow13 dump-flows br-int pkt_mark=0x1/0x1');
      const counts = [...dump.matchAll(/n_packets=(\d+)/g)].map(([, packets]) => Number(packets));
      expect(counts).not.toEqual([]);
      return counts.reduce((sum, packets) => sum + packets);
    };
    const before = await count();
    const packets = 3;
    const { v4, v6 } = lab.addresses('here');
    // Each a connection of its own: only the first packet of one comes by this flow.
    for (let i = 0; i < packets; i++) {
      await node1(`ping -q -c1 -W${patience} ${v4} && ping -q -c1 -W${patience} ${v6}`);
    }
    await eventually(async () => expect(await count()).toBeGreaterThanOrEqual(before + 2 * packets), 3_000);
  });

  it('hands a mark that a flow set to iptables', async () => {
    const { v4 } = lab.addresses('here');
    const flow = `table=0,priority=60000,icmp,nw_src=${v4},nw_dst=192.168.77.11`;
    const rule = 'INPUT -p icmp -m mark --mark 0xabc00/0xfff00 -j ACCEPT';
    await node1(`iptables -w -t mangle -A ${rule}`);
    // The agent takes away what is not its own: perhaps between the flow and the packet.
    await eventually(async () => {
      await node1(`ovs-ofctl -O OpenFlow13 add-flow br-int '${flow},actions=load:0xabc00->NXM_NX_PKT_MARK[],output:2'`);
      // Nobody knows its connection: there is no answer.
      await here('ping -q -c1 -W1 192.168.77.11 || true');
      expect(await node1('iptables -w -t mangle -vnxL INPUT')).toMatch(/^\s*[1-9]\d* .*0xabc00\/0xfff00/m);
    });
    await node1(`ovs-ofctl -O OpenFlow13 del-flows br-int '${flow.replace('table=0,priority=60000,', '')}'
      iptables -w -t mangle -D ${rule}`);
  });

  it('does not track what carries the tunnel', async () => {
    const packets = async (): Promise<number> => {
      const rules = await node1('iptables -w -t raw -vnxL ANTREA-OUTPUT; iptables -w -t raw -vnxL ANTREA-PREROUTING');
      return Math.min(...[...rules.matchAll(/^\s*(\d+)\s.*6081.*$/gm)].map(([, count]) => Number(count)));
    };
    const before = await packets();
    await here(`ping -q -c3 -i0.2 -W${patience} ${lab.addresses('far').v4}`);
    // Both directions pass the rules, and no connection is known. Others are: the table can be read.
    expect(await packets()).toBeGreaterThanOrEqual(before + 3);
    expect(await node1('conntrack -L -p udp --dport 6081 2>/dev/null')).toBe('');
    expect(await node1('conntrack -L -p tcp --dport 6443 2>/dev/null')).toContain('dport=6443');
  });

  it('forwards while the agent is killed and started: no packet lost, no flow touched', async () => {
    const before = await lab.flows('node-1');
    const age = await youngestFlowSeconds();
    const result = await pingDuring(async () => {
      await lab.lab.ok(['agent', 'node-1', 'kill']);
      await lab.lab.ok(['agent', 'node-1', 'start']);
      await lab.ready('node-1');
    });
    expect(result.sent).toBeGreaterThan(20);
    // A ping that was on its way when the last one was sent counts as sent.
    expect(result.lost).toBeLessThanOrEqual(1);
    expect(await lab.flows('node-1')).toEqual(before);
    expect(await youngestFlowSeconds()).toBeGreaterThan(age);
    const log = await lab.lab.ok(['logs', 'agent', 'node-1']);
    const plans = [...log.matchAll(/Read installed flows installed=\d+ (.*)/g)].slice(1).map(([, plan]) => plan);
    expect(plans).toEqual(['missing=0 altered=0 unwanted=0']);
  });

  it('is repaired when flows and routes were changed, and loses interfaces that another version left', async () => {
    const flows = await lab.flows('node-1');
    const [ways, rules] = [await routes(), await masqueradeRules()];
    expect(rules).toContain('MASQUERADE');
    rulesBefore = rules;
    await node1(`ovs-ofctl -O OpenFlow13 del-flows br-int table=70
      ovs-ofctl -O OpenFlow13 add-flow br-int table=0,priority=999,ip,actions=drop
      ip route del 10.10.2.0/24; ip -6 route del fd10:10:2::/64
      iptables -w -t nat -F ANTREA-POSTROUTING; ip6tables -w -t nat -F ANTREA-POSTROUTING
      ip link add theirs type dummy; ip link add antrea-egress0 type dummy; ip link add antrea-wg0 type wireguard`);
    await eventually(async () => expect(await lab.flows('node-1')).toEqual(flows), 10_000);
    await eventually(async () => expect(await routes()).toBe(ways), 10_000);
    const links = await node1('ip -br link');
    expect(links).toContain('theirs');
    expect(links).not.toMatch(/antrea-egress0|antrea-wg0/);
  });

  it('comes back with Open vSwitch killed and started, which forwards nothing until its flows are back', async () => {
    const before = await lab.flows('node-1');
    // As the scripts that start Open vSwitch leave it; killed at once, it is how it starts.
    await node1('ovs-vsctl --no-wait set Open_vSwitch . other_config:flow-restore-wait=true');
    await lab.lab.ok(['ovs', 'node-1', 'kill']);
    await lab.lab.ok(['ovs', 'node-1', 'start']);
    await eventually(async () => expect(await lab.flows('node-1')).toEqual(before), 10_000);
    await eventually(async () =>
      expect(await node1('ovs-vsctl get Open_vSwitch . other_config')).not.toContain('wait'),
    );
    expect(await lab.unreachable()).toEqual([]);
  });

  it('has had its rules repaired meanwhile, which nothing tells the agent of', async () => {
    await eventually(async () => expect(await masqueradeRules()).toBe(rulesBefore), 10_000);
  });

  it.each([
    { name: 'encap over VXLAN', trafficEncapMode: 'encap', tunnelType: 'vxlan', device: /vxlan_sys_4789 \(vxlan/ },
    { name: 'encap over GRE', trafficEncapMode: 'encap', tunnelType: 'gre', device: /gre_sys \(gre/ },
    { name: 'noEncap', trafficEncapMode: 'noEncap', tunnelType: 'geneve', device: undefined },
    { name: 'hybrid, Nodes in one subnet', trafficEncapMode: 'hybrid', tunnelType: 'geneve', device: undefined },
  ])('changes to $name: everyone reaches everyone', async ({ trafficEncapMode, tunnelType, device }) => {
    await lab.configure({ trafficEncapMode, tunnelType });
    const before = await tunnelled();
    expect(await lab.unreachable()).toEqual([]);
    expect(await fetchWeb()).toEqual(wholeAnswers());
    const route = await node1('ip route show 10.10.2.0/24; ip -6 route show fd10:10:2::/64');
    if (device) {
      expect(await node1('ovs-appctl dpctl/show')).toMatch(device);
      expect(await tunnelled()).toBeGreaterThan(before);
      expect(route).toMatch(
        /^10\.10\.2\.0\/24 via 10\.10\.2\.1 dev antrea-gw0 .*\nfd10:.* via fd10:10:2::1 dev antrea-gw0/,
      );
    } else {
      expect(await tunnelled()).toBe(before);
      expect(route).toMatch(/^10\.10\.2\.0\/24 via 192\.168\.77\.12 dev eth0 .*\nfd10:.* via fd77::12 dev eth0/);
    }
  });

  function routes(): Promise<string> {
    return node1('ip route; ip -6 route show fd10:10:2::/64');
  }

  function masqueradeRules(): Promise<string> {
    return node1('iptables -w -t nat -S ANTREA-POSTROUTING; ip6tables -w -t nat -S ANTREA-POSTROUTING');
  }

  /** How many packets came to a Node by its tunnel since that was made; 0 without one. */
  async function tunnelled(): Promise<number> {
    const dump = await node1('ovs-ofctl -O OpenFlow13 dump-ports br-int');
    const tunnel = await node1('ovs-vsctl --if-exists get interface antrea-tun0 ofport');
    if (tunnel.trim() === '') return 0;
    const [, packets] = new RegExp(`port +"?(?:${tunnel.trim()}|antrea-tun0)"?: rx pkts=(\\d+)`).exec(dump) ?? [];
    if (packets === undefined) throw new Error(`nothing about the tunnel in\n${dump}`);
    return Number(packets);
  }

  /** First line and length of what the web server of the other Node answers, by both families. */
  async function fetchWeb(): Promise<string[]> {
    const { v4, v6 } = lab.addresses('web');
    const urls = [`http://${v4}/`, `http://[${v6}]/`];
    // It may not listen yet.
    const fetch = `curl -sSf -m ${3 * patience} --retry 30 --retry-connrefused --retry-delay 1`;
    return Promise.all(urls.map((url) => here(`${fetch} '${url}' | awk 'NR == 1 { print } END { print length }'`)));
  }

  function wholeAnswers(): string[] {
    const { v4, v6 } = lab.addresses('here');
    return [`${v4}\n${bodyLength}\n`, `${v6}\n${bodyLength}\n`];
  }

  async function youngestFlowSeconds(): Promise<number> {
    const dump = await node1('ovs-ofctl -O OpenFlow13 dump-flows br-int');
    return Math.min(...[...dump.matchAll(/duration=([\d.]+)s/g)].map(([, seconds]) => Number(seconds)));
  }

  /** Pings a Pod of the other Node ten times a second while something happens. */
  async function pingDuring(event: () => Promise<void>): Promise<PingResult> {
    await here(`out=$(mktemp)
      ping -n -q -i 0.1 -W ${patience} ${lab.addresses('far').v4} >$out & ping=$!`);
    await event();
    return parsePing(await here('kill -INT $ping; wait $ping; cat $out; rm $out'));
  }
});
