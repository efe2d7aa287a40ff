import { describe, expect, it } from 'vitest';
import { parseCidr, parseIp } from '@antrea-ts/net-types';
import type { TrafficRules } from '@antrea-ts/host';
import { renderAntreaRules } from './antrea-rules.js';
import { renderRestoreInput } from './restore-input.js';

const desired: TrafficRules = {
  families: ['ipv4', 'ipv6'],
  gatewayName: 'antrea-gw0',
  localPodCidrs: [parseCidr('10.10.0.0/24'), parseCidr('fd00:10::/64')],
  clusterPodCidrs: [],
  masquerade: true,
  untrackedUdpPort: 6081,
  egress: [
    { mark: 17, address: parseIp('192.0.2.8') },
    { mark: 2, address: parseIp('192.0.2.7') },
    { mark: 3, address: parseIp('2001:db8::7') },
  ],
  restoreEksMark: true,
};

const inputs = (rules: TrafficRules, family: 'ipv4' | 'ipv6') =>
  Object.fromEntries(renderAntreaRules(rules, family).map((table) => [table.table, renderRestoreInput(table)]));

describe('rules of Antrea', () => {
  it('IPv4, everything on', () => {
    expect(inputs(desired, 'ipv4')).toEqual({
      raw: `*raw
:ANTREA-PREROUTING - [0:0]
:ANTREA-OUTPUT - [0:0]
-A ANTREA-PREROUTING -p udp -m comment --comment "Antrea: do not track incoming encapsulation packets" -m udp --dport 6081 -m addrtype --dst-type LOCAL -j NOTRACK
-A ANTREA-OUTPUT -p udp -m comment --comment "Antrea: do not track outgoing encapsulation packets" -m udp --dport 6081 -m addrtype --src-type LOCAL -j NOTRACK
-A PREROUTING -m comment --comment "Antrea: jump to Antrea prerouting rules" -j ANTREA-PREROUTING
-A OUTPUT -m comment --comment "Antrea: jump to Antrea output rules" -j ANTREA-OUTPUT
COMMIT
`,
      mangle: `*mangle
:ANTREA-MANGLE - [0:0]
:ANTREA-OUTPUT - [0:0]
-A ANTREA-MANGLE -i antrea-gw0 -m comment --comment "Antrea: AWS, primary ENI" -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80
-A ANTREA-OUTPUT -o antrea-gw0 -m comment --comment "Antrea: mark LOCAL output packets" -m addrtype --src-type LOCAL -j MARK --set-xmark 0x1/0x1
-A PREROUTING -m comment --comment "Antrea: jump to Antrea mangle rules" -j ANTREA-MANGLE
-A OUTPUT -m comment --comment "Antrea: jump to Antrea output rules" -j ANTREA-OUTPUT
COMMIT
`,
      filter: `*filter
:ANTREA-FORWARD - [0:0]
-A ANTREA-FORWARD -i antrea-gw0 -m comment --comment "Antrea: accept packets from local Pods" -j ACCEPT
-A ANTREA-FORWARD -o antrea-gw0 -m comment --comment "Antrea: accept packets to local Pods" -j ACCEPT
-A FORWARD -m comment --comment "Antrea: jump to Antrea forwarding rules" -j ANTREA-FORWARD
COMMIT
`,
      nat: `*nat
:ANTREA-PREROUTING - [0:0]
:ANTREA-OUTPUT - [0:0]
:ANTREA-POSTROUTING - [0:0]
-A ANTREA-POSTROUTING ! -o antrea-gw0 -m comment --comment "Antrea: SNAT Pod to external packets" -m mark --mark 0x2/0xff -j SNAT --to-source 192.0.2.7
-A ANTREA-POSTROUTING ! -o antrea-gw0 -m comment --comment "Antrea: SNAT Pod to external packets" -m mark --mark 0x11/0xff -j SNAT --to-source 192.0.2.8
-A ANTREA-POSTROUTING -s 10.10.0.0/24 -m comment --comment "Antrea: masquerade Pod to external packets" -m set ! --match-set ANTREA-POD-IP dst -j MASQUERADE
-A ANTREA-POSTROUTING -o antrea-gw0 -m comment --comment "Antrea: masquerade LOCAL traffic" -m addrtype ! --src-type LOCAL --limit-iface-out -m addrtype --src-type LOCAL -j MASQUERADE --random-fully
-A PREROUTING -m comment --comment "Antrea: jump to Antrea prerouting rules" -j ANTREA-PREROUTING
-A OUTPUT -m comment --comment "Antrea: jump to Antrea output rules" -j ANTREA-OUTPUT
-A POSTROUTING -m comment --comment "Antrea: jump to Antrea postrouting rules" -j ANTREA-POSTROUTING
COMMIT
`,
    });
  });

  it('Services go into the bridge, and come back', () => {
    const services = {
      nodePorts: { ipv4: [], ipv6: [] },
      nodePortAddresses: { ipv4: '169.254.0.252', ipv6: 'fc01::aabb:ccdd:eefe' },
      virtualAddresses: { ipv4: '169.254.0.253', ipv6: 'fc01::aabb:ccdd:eeff' },
      masqueraded: { ipv4: [], ipv6: [] },
      clusterCidrs: [parseCidr('10.96.0.0/12')],
    };
    const { nat = '' } = inputs({ ...desired, egress: [], masquerade: false, services }, 'ipv4');
    expect(nat.split('\n').filter((line) => line.startsWith('-A ANTREA') && !line.includes('LOCAL'))).toEqual([
      '-A ANTREA-PREROUTING -m comment --comment "Antrea: DNAT external to NodePort packets" -m set --match-set ANTREA-NODEPORT-IP dst,dst -j DNAT --to-destination 169.254.0.252',
      '-A ANTREA-OUTPUT -m comment --comment "Antrea: DNAT local to NodePort packets" -m set --match-set ANTREA-NODEPORT-IP dst,dst -j DNAT --to-destination 169.254.0.252',
      '-A ANTREA-POSTROUTING -s 169.254.0.253/32 ! -o antrea-gw0 -m comment --comment "Antrea: masquerade Service to external packets" -j MASQUERADE',
      '-A ANTREA-POSTROUTING -o antrea-gw0 -m comment --comment "Antrea: masquerade external to Service packets" -m set --match-set ANTREA-SERVICE-IP dst,dst -j MASQUERADE --random-fully',
      '-A ANTREA-POSTROUTING -d 10.96.0.0/12 -o antrea-gw0 -m comment --comment "Antrea: masquerade external to Service packets" -j MASQUERADE --random-fully',
    ]);
  });

  it('IPv6 has the rules of its own addresses', () => {
    const { nat } = inputs(desired, 'ipv6');
    expect(nat).toContain('-s fd00:10::/64');
    expect(nat).toContain('--match-set ANTREA-POD-IP6 dst');
    expect(nat).toContain('--to-source 2001:db8::7');
    expect(nat).not.toMatch(/10\.10|192\.0\.2/);
  });

  it('nothing wished: chains are named, so that they are emptied', () => {
    const { untrackedUdpPort: _, ...rest } = desired;
    const { raw, nat } = inputs({ ...rest, masquerade: false, egress: [] }, 'ipv4');
    expect(raw).toContain(':ANTREA-PREROUTING');
    expect(raw).not.toContain('NOTRACK');
    expect(nat).not.toContain('10.10.0.0/24');
    expect(nat).toContain('masquerade LOCAL traffic');
  });
});
