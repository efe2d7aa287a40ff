import { encodeMessage, flowKey, formatFlow, matchKey, type Flow } from '@antrea-ts/openflow';
import type { CompletedRule, RuleMember } from '@antrea-ts/policy';
import { parseCidr, parseIp } from '@antrea-ts/net-types';
import { describe, expect, it } from 'vitest';
import type { NodeProfile } from '../../profile.js';
import type { PolicySettings } from './action-flows.js';
import { PolicyFlows } from './policy-flows.js';
import { recoverRules, type RecoveredRules } from './recover.js';
import { nodeProfile } from '../../testing/index.js';

const profile = nodeProfile({}, ['10.10.0.1']);
const dual: NodeProfile = { ...profile, families: ['ipv4', 'ipv6'] };
const settings: PolicySettings = { controllerId: 12345, meters: true, denyTracking: false };

const member = (name: string, ...addresses: string[]): RuleMember => ({
  key: `${name} ${addresses.join()}`,
  pod: { namespace: 'ns', name },
  addresses: addresses.map((address) => parseIp(address)),
  ports: [],
});
const withPorts = (of: RuleMember, ...ports: [string, number, string?][]): RuleMember => ({
  ...of,
  key: `${of.key} ${JSON.stringify(ports)}`,
  ports: ports.map(([name, port, protocol = 'TCP']) => ({ name, port, protocol })),
});

const k8s = { type: 'K8sNetworkPolicy', namespace: 'ns', name: 'np', uid: 'u1' } as const;
const acnp = { type: 'AntreaClusterNetworkPolicy', name: 'acnp', uid: 'u2' } as const;
const web = { ofPort: 5, addresses: [parseIp('10.10.0.5'), parseIp('fd10::5')] };

function rule(id: string, fields: Partial<CompletedRule> = {}): CompletedRule {
  return {
    id,
    policy: fields.priority ? acnp : k8s,
    name: '',
    direction: 'In',
    action: 'Allow',
    enableLogging: false,
    services: [],
    targets: [member('web')],
    peers: { members: [member('client', '10.10.0.6', 'fd10::6')], ipBlocks: [], fqdns: [] },
    ...fields,
  };
}

function node(of: NodeProfile = profile, withSettings = settings, recovered?: RecoveredRules): PolicyFlows {
  const flows = new PolicyFlows(of, withSettings, recovered);
  flows.setPod('ns/web', web);
  return flows;
}

function lines(flows: Iterable<Flow>): string[] {
  return [...flows].map((flow) => formatFlow(flow).replace(/cookie=\S+ /, '')).sort();
}

function rendered(of: PolicyFlows): string[] {
  of.takeChanges();
  return lines(of.flows().values());
}

describe('a Kubernetes rule', () => {
  it('for what comes in: allows by address and port, and drops the rest', () => {
    const flows = node();
    flows.setRule(rule('a', { services: [{ protocol: 'TCP', port: 80 }] }));
    expect(rendered(flows)).toEqual([
      'table=100, priority=200,reg1=0x5 actions=drop',
      'table=101, priority=200,ct_state=+new,ct_label=0x2/0xffffffff,ip actions=goto_table:105',
      'table=101, priority=200,ct_state=-new,ct_label=0x2/0xffffffff,ip actions=goto_table:105',
      'table=90, priority=190,conj_id=2,ip actions=load:0x2->NXM_NX_REG6[],ct(commit,table=101,zone=65520,exec(load:0x2->NXM_NX_CT_LABEL[0..31]))',
      'table=90, priority=200,ip,nw_src=10.10.0.6 actions=conjunction(2,1/3)',
      'table=90, priority=200,reg1=0x5 actions=conjunction(2,2/3)',
      'table=90, priority=200,tcp,tp_dst=80 actions=conjunction(2,3/3)',
    ]);
  });

  it('for what goes out, of both families', () => {
    const flows = node(dual);
    flows.setRule(rule('a', { direction: 'Out' }));
    expect(rendered(flows)).toEqual([
      'table=50, priority=190,conj_id=2,ip actions=load:0x2->NXM_NX_REG5[],ct(commit,table=61,zone=65520,exec(load:0x2->NXM_NX_CT_LABEL[32..63]))',
      'table=50, priority=190,conj_id=2,ipv6 actions=load:0x2->NXM_NX_REG5[],ct(commit,table=61,zone=65510,exec(load:0x2->NXM_NX_CT_LABEL[32..63]))',
      'table=50, priority=200,ip,nw_dst=10.10.0.6 actions=conjunction(2,2/2)',
      'table=50, priority=200,ip,nw_src=10.10.0.5 actions=conjunction(2,1/2)',
      'table=50, priority=200,ipv6,ipv6_dst=fd10::6 actions=conjunction(2,2/2)',
      'table=50, priority=200,ipv6,ipv6_src=fd10::5 actions=conjunction(2,1/2)',
      'table=60, priority=200,ip,nw_src=10.10.0.5 actions=drop',
      'table=60, priority=200,ipv6,ipv6_src=fd10::5 actions=drop',
      'table=61, priority=200,ct_state=+new,ct_label=0x200000000/0xffffffff00000000,ip actions=goto_table:70',
      'table=61, priority=200,ct_state=+new,ct_label=0x200000000/0xffffffff00000000,ipv6 actions=goto_table:70',
      'table=61, priority=200,ct_state=-new,ct_label=0x200000000/0xffffffff00000000,ip actions=goto_table:70',
      'table=61, priority=200,ct_state=-new,ct_label=0x200000000/0xffffffff00000000,ipv6 actions=goto_table:70',
    ]);
  });

  it('has no flows while the Node has none of its Pods', () => {
    const flows = node();
    flows.setPod('ns/web', undefined);
    flows.setRule(rule('a'));
    expect(rendered(flows)).toEqual([]);
    flows.setPod('ns/web', web);
    expect(rendered(flows)).not.toEqual([]);
    flows.setPod('ns/web', undefined);
    expect(rendered(flows)).toEqual([]);
  });
});

describe('an Antrea rule', () => {
  const at = (tier: number, policy: number, index = 0) => ({ priority: { tier, policy, rule: index } });

  it('is written as the reference has it', () => {
    const flows = node();
    flows.setRule(rule('1', { ...at(250, 5), direction: 'Out' }));
    flows.setRule(rule('2', { ...at(250, 5), direction: 'Out', action: 'Drop', enableLogging: true }));
    const written = rendered(flows);
    expect(written).toContain(
      'table=45, priority=14500,conj_id=2,ip actions=load:0x2->NXM_NX_REG5[],ct(commit,table=61,zone=65520,exec(load:0x2->NXM_NX_CT_LABEL[32..63]))',
    );
    // Of two rules in the same place, denying comes first.
    expect(written).toContain(
      'table=45, priority=14506,conj_id=3 actions=meter:1,load:0x3->NXM_NX_REG3[],load:0x1->NXM_NX_REG0[20],load:0x1->NXM_NX_REG0[21..22],load:0x1->NXM_NX_REG0[24..27],controller(reason=no_match,max_len=128,id=12345),goto_table:61',
    );
    expect(written).toContain('table=61, priority=200,reg0=0x100000/0x100000,reg3=0x3 actions=drop');
    expect(written.some((line) => line.startsWith('table=60'))).toBe(false);
  });

  it.each([
    ['Drop', {}, 'load:0x2->NXM_NX_REG3[],load:0x1->NXM_NX_REG0[20],goto_table:101'],
    [
      'Reject',
      {},
      'load:0x2->NXM_NX_REG3[],load:0x1->NXM_NX_REG0[20],load:0x2->NXM_NX_REG0[21..22],load:0x2->NXM_NX_REG0[24..27],controller(reason=no_match,max_len=128,id=12345),goto_table:101',
    ],
    [
      'Reject',
      { denyTracking: true, enableLogging: true },
      'load:0x2->NXM_NX_REG3[],load:0x1->NXM_NX_REG0[20],load:0x2->NXM_NX_REG0[21..22],load:0x7->NXM_NX_REG0[24..27],controller(reason=no_match,max_len=128,id=12345),goto_table:101',
    ],
    [
      'Allow',
      { enableLogging: true },
      'load:0x2->NXM_NX_REG6[],load:0->NXM_NX_REG0[21..22],load:0x1->NXM_NX_REG0[24..27],controller(reason=no_match,max_len=128,id=12345),ct(commit,table=101,zone=65520,exec(load:0x2->NXM_NX_CT_LABEL[0..31]))',
    ],
  ] as const)('%s %j', (action, { denyTracking = false, enableLogging = false }: Record<string, boolean>, expected) => {
    const flows = node(profile, { ...settings, meters: false, denyTracking });
    flows.setRule(rule('a', { ...at(50, 10), action, enableLogging }));
    const [line] = rendered(flows).filter((each) => each.includes('conj_id='));
    expect(line?.split(' actions=')).toEqual([
      `table=85, priority=54800,conj_id=2${action === 'Allow' ? ',ip' : ''}`,
      expected,
    ]);
  });

  it('of the baseline tier comes after the isolation of Kubernetes policies', () => {
    const flows = node();
    flows.setRule(rule('a', { ...at(253, 5), action: 'Drop' }));
    const written = rendered(flows);
    expect(written).toContain('table=100, priority=130,reg1=0x5 actions=conjunction(2,2/2)');
    expect(written).not.toContain('table=100, priority=200,reg1=0x5 actions=drop');
  });

  it('is told as unplaced where its table is full or does not exist', () => {
    const flows = node();
    for (let index = 0; index < 172; index += 1) flows.setRule(rule(`r${index}`, at(253, 1, index)));
    flows.takeChanges();
    expect(flows.unplaced()).toHaveLength(1);
    flows.removeRule('r7');
    flows.takeChanges();
    expect(flows.unplaced()).toEqual([]);
    const without = node({ ...profile, antreaPolicy: false });
    without.setRule(rule('a', at(250, 5)));
    expect(rendered(without)).toEqual([]);
    expect(without.unplaced().map(({ id }) => id)).toEqual(['a']);
  });
});

it('shares flows between rules', () => {
  const flows = node();
  flows.setRule(rule('a', { services: [{ port: 80 }] }));
  flows.setRule(rule('b', { services: [{ port: 81 }] }));
  expect(rendered(flows)).toContain(
    'table=90, priority=200,ip,nw_src=10.10.0.6 actions=conjunction(2,1/3),conjunction(3,1/3)',
  );
  flows.removeRule('a');
  const { set, removed, retired } = flows.takeChanges();
  expect(lines(set.values())).toEqual([
    'table=90, priority=200,ip,nw_src=10.10.0.6 actions=conjunction(3,1/3)',
    'table=90, priority=200,reg1=0x5 actions=conjunction(3,2/3)',
  ]);
  expect(removed.size).toBe(4);
  expect(retired).toEqual([2]);
});

it('writes flows that fit into a message, however many rules share them', () => {
  const flows = node();
  for (let index = 0; index < 8000; index += 1) flows.setRule(rule(`r${index}`));
  const { set } = flows.takeChanges();
  const lengths = [...set.values()].map(
    (flow) => encodeMessage({ type: 'flow_mod', command: 'add', ...flow }, 1).length,
  );
  expect(Math.max(...lengths)).toBeLessThan(65_000);
  expect(flows.unplaced()).toEqual([]);
  const shared = lines(set.values()).filter((line) => line.includes('nw_src=10.10.0.6 '));
  expect(shared.map((line) => /priority=(\d+)/.exec(line)?.[1])).toEqual(['198', '199', '200']);
});

it('writes keys as flowKey does', () => {
  const flows = node(dual);
  const ipBlocks = ['10.0.0.0/8', '0.0.0.0/0', '::/0', '2001:db8::/33', '192.0.2.1/32'].map((cidr) => ({
    cidr: parseCidr(cidr),
    except: [],
  }));
  const services = [
    { protocol: 'TCP', port: 0 },
    { protocol: 'UDP', port: 8000, endPort: 8007 },
    { protocol: 'SCTP' },
    { protocol: 'TCP', port: 0, endPort: 65535 },
  ];
  flows.setRule(rule('a', { services, peers: { members: [], ipBlocks, fqdns: [] } }));
  flows.takeChanges();
  for (const [key, flow] of flows.flows()) expect(key).toBe(flowKey(flow));
  expect(new Set([...flows.flows().values()].map(({ match }) => matchKey(match))).size).toBeGreaterThan(15);
});

describe('ports', () => {
  const ports = (services: CompletedRule['services'], of = profile): string[] => {
    const flows = node(of);
    flows.setRule(rule('a', { services }));
    return rendered(flows).flatMap((line) => /priority=200,(\S+) actions=conjunction\(2,3\/3\)/.exec(line)?.[1] ?? []);
  };
  it.each([
    [[{ protocol: 'UDP', port: 8000, endPort: 8007 }], ['udp,tp_dst=0x1f40/0xfff8']],
    [[{ protocol: 'TCP', port: 0 }], ['tcp,tp_dst=0']],
    [[{ protocol: 'SCTP' }], ['sctp']],
    [[{ port: 80 }, { port: 80 }], ['tcp,tp_dst=80']],
    [[{ protocol: 'TCP', port: 0, endPort: 65535 }], ['tcp']],
    [[{ protocol: 'TCP', port: 90, endPort: 80 }], []],
    [[{ protocol: 'TCP', port: 70000 }], []],
  ] as const)('%j', (services, expected) => {
    expect(ports(services)).toEqual(expected);
  });
  it('of both families', () => {
    expect(ports([{ protocol: 'TCP', port: 1 }], dual)).toEqual(['tcp,tp_dst=1', 'tcp6,tp_dst=1']);
  });
});

describe('names of ports', () => {
  const other = { ofPort: 6, addresses: [parseIp('10.10.0.7')] };
  it('mean what each target says', () => {
    const flows = node();
    flows.setPod('ns/api', other);
    const targets = [withPorts(member('web'), ['http', 80]), withPorts(member('api'), ['http', 8080])];
    flows.setRule(rule('a', { services: [{ port: 'http' }, { port: 22 }], targets }));
    const written = rendered(flows).filter((line) => line.includes('conjunction('));
    expect(written).toEqual(
      [
        'table=90, priority=200,ip,nw_src=10.10.0.6 actions=conjunction(2,1/3),conjunction(3,1/3)',
        'table=90, priority=200,reg1=0x5 actions=conjunction(2,2/3)',
        'table=90, priority=200,reg1=0x6 actions=conjunction(3,2/3)',
        'table=90, priority=200,tcp,tp_dst=22 actions=conjunction(2,3/3),conjunction(3,3/3)',
        'table=90, priority=200,tcp,tp_dst=80 actions=conjunction(2,3/3)',
        'table=90, priority=200,tcp,tp_dst=8080 actions=conjunction(3,3/3)',
      ]
        .map((line) => (swapped(flows) ? swap(line) : line))
        .sort(),
    );
  });

  it('that nobody has allow nothing', () => {
    const flows = node();
    flows.setRule(rule('a', { services: [{ port: 'http' }] }));
    expect(rendered(flows).some((line) => line.includes(',3/3)'))).toBe(false);
    expect(rendered(flows)).toContain('table=100, priority=200,reg1=0x5 actions=drop');
  });

  it('of peers, for what goes out; blocks of addresses have none', () => {
    const flows = node();
    const members = [withPorts(member('client', '10.10.0.6'), ['dns', 53, 'UDP'])];
    const ipBlocks = [{ cidr: parseCidr('192.0.2.0/24'), except: [] }];
    flows.setRule(
      rule('a', {
        direction: 'Out',
        services: [{ port: 'dns', protocol: 'UDP' }, { port: 80 }],
        peers: { members, ipBlocks, fqdns: [] },
      }),
    );
    const written = rendered(flows);
    const id = (text: string): string | undefined =>
      new RegExp(`${text} actions=conjunction\\((\\d+),`).exec(written.join('\n'))?.[1];
    expect(id('udp,tp_dst=53')).toBe(id('nw_dst=10.10.0.6'));
    expect(id('nw_dst=192.0.2.0/24')).not.toBe(id('nw_dst=10.10.0.6'));
    expect(
      written.filter((line) => line.includes('tp_dst=80 actions=conjunction(2,3/3),conjunction(3,3/3)')),
    ).toHaveLength(1);
  });

  /** Which of two parts of a rule is placed first is a matter of their text. */
  function swapped(flows: PolicyFlows): boolean {
    return lines(flows.flows().values()).some((line) => line.includes('reg1=0x6 actions=conjunction(2,'));
  }
  function swap(line: string): string {
    if (line.includes('),')) return line;
    return line.replace(/conjunction\(([23])/, (_, id: string) => `conjunction(${5 - Number(id)}`);
  }
});

it('takes excepted addresses out of a block', () => {
  const flows = node();
  const ipBlocks = [{ cidr: parseCidr('10.0.0.0/8'), except: [parseCidr('10.128.0.0/9')] }];
  flows.setRule(rule('a', { peers: { members: [], ipBlocks, fqdns: [] } }));
  expect(rendered(flows)).toContain('table=90, priority=200,ip,nw_src=10.0.0.0/9 actions=conjunction(2,1/2)');
});

it('changes only what a change concerns', () => {
  const flows = node();
  flows.setRule(rule('a'));
  flows.setRule(rule('b'));
  flows.takeChanges();
  const added = member('new', '10.10.0.9');
  const patch = { addedTargets: [], removedTargets: [], addedMembers: [added], removedMembers: [] };
  flows.patchRule({ ...patch, id: 'a' });
  flows.patchRule({ ...patch, id: 'b' });
  expect(lines(flows.takeChanges().set.values())).toEqual([
    'table=90, priority=200,ip,nw_src=10.10.0.9 actions=conjunction(2,1/2),conjunction(3,1/2)',
  ]);
  // A member of two groups of a rule stays until it is in neither.
  flows.patchRule({ ...patch, id: 'a' });
  flows.patchRule({ ...patch, id: 'a', addedMembers: [], removedMembers: [added] });
  expect([...flows.takeChanges().set]).toEqual([]);
  flows.patchRule({ ...patch, id: 'a', addedMembers: [], removedMembers: [added] });
  flows.patchRule({ ...patch, id: 'b', addedMembers: [], removedMembers: [added] });
  const { set, removed } = flows.takeChanges();
  expect([set.size, removed.size]).toEqual([0, 1]);
});

describe('after a restart', () => {
  it('everything is found as it was, whatever the order in which rules come', () => {
    const at = (policy: number, index: number) => ({ priority: { tier: 250, policy, rule: index } });
    const rules = [
      ...Array.from({ length: 20 }, (_, index) => rule(`k${index}`, { services: [{ port: index }] })),
      ...Array.from({ length: 20 }, (_, index) =>
        rule(`a${index}`, { ...at(1 + (index % 4) / 10, index % 7), action: 'Drop' }),
      ),
    ];
    const before = node();
    for (const each of rules) {
      before.setRule(each);
      // One by one, so that priorities have to move.
      before.takeChanges();
    }
    for (const gone of ['k3', 'a4', 'a5']) before.removeRule(gone);
    before.takeChanges();
    const installed = before.flows();
    const after = node(profile, settings, recoverRules(installed.values()));
    for (const each of rules.toReversed()) if (!['k3', 'a4', 'a5'].includes(each.id)) after.setRule(each);
    after.takeChanges();
    expect(lines(after.flows().values())).toEqual(lines(installed.values()));
  });

  it('ids of rules that are gone are not given to others before they are released', () => {
    const before = node();
    before.setRule(rule('old'));
    before.takeChanges();
    const after = node(profile, settings, recoverRules(before.flows().values()));
    after.setRule(rule('new'));
    after.takeChanges();
    expect(after.conjunctionsOf('new')).toEqual([3]);
    after.abandonRecovered();
    expect(after.takeChanges().retired).toEqual([2]);
    after.releaseId(2);
    after.setRule(rule('newer'));
    after.takeChanges();
    expect(after.conjunctionsOf('newer')).toEqual([2]);
  });
});
