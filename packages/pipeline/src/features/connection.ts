import { tableIds, type TableName } from '@antrea-ts/apis';
import { ports, type Action, type Flow } from '@antrea-ts/openflow';
import { parseIp } from '@antrea-ts/net-types';
import { ctState, ofFamily, priority, renderFlows, toCidr, toIp, type FlowSpec } from '../flow-builder.js';
import { cutsEstablished, type NodeProfile } from '../profile.js';
import {
  controllerReason,
  ctMark,
  ctZone,
  load,
  packetSource,
  registerIs,
  registers,
  serviceState,
} from '../registers.js';
import type { Layout } from '../tables.js';

const bothFamilies = ['ipv4', 'ipv6'] as const;

/** Above everything that Antrea-native policies decide: what they do not judge. */
export const policyBypassPriority = 64990;

/** The Node's own probes pass just below, above every rule and below the interception of DNS answers. */
export const hostProbePriority = 64989;

export function resubmit(table: TableName): Action {
  return { kind: 'resubmit', table: tableIds[table] };
}

/** Looks a connection up, drops what belongs to none, and remembers new ones once they passed every policy. */
export function conntrackFlows(profile: NodeProfile, layout: Layout): Flow[] {
  // Services of a family may be used on Nodes that have no Pods of it: with the proxy both families are tracked.
  const tracked = profile.proxy ? bothFamilies : profile.families;
  const afterCommit = layout.next('ConntrackCommit');
  const specs: FlowSpec[] = [];
  for (const family of tracked) {
    specs.push({
      table: 'ConntrackZone',
      priority: priority.normal,
      match: [ofFamily(family)],
      actions: [
        {
          kind: 'ct',
          zone: ctZone[family],
          table: tableIds.ConntrackState,
          ...(profile.proxy ? { nat: { kind: 'nat' } as const } : {}),
        },
      ],
    });
  }
  for (const family of profile.families) {
    const commit = { kind: 'ct', commit: true, zone: ctZone[family], table: tableIds[afterCommit] } as const;
    specs.push(
      {
        // Between the two bypasses of known connections, so that an invalid packet never counts as known.
        table: 'ConntrackState',
        priority: priority.invalid,
        match: [ctState({ inv: true, trk: true }), ofFamily(family)],
      },
      {
        table: 'ConntrackState',
        priority: priority.high,
        match: [ofFamily(family), registerIs(registers.controllerReason, controllerReason.reject)],
        actions: [resubmit(layout.next('ConntrackState'))],
      },
      {
        table: 'ConntrackCommit',
        priority: priority.low,
        match: [ctState({ new: true, trk: true }), ofFamily(family)],
        actions: [commit],
      },
      {
        table: 'ConntrackCommit',
        priority: priority.normal,
        match: [
          ctState({ new: true, trk: true }),
          ofFamily(family),
          registerIs(registers.packetSource, packetSource.gateway),
        ],
        actions: [
          {
            ...commit,
            exec: [{ kind: 'reg_load', dst: { field: 'ct_mark', offset: 0, bits: 32 }, value: ctMark.fromGateway }],
          },
        ],
      },
    );
  }
  return renderFlows(profile.cookieRound, 'Default', specs);
}

/**
 * Policy is decided for the first packet of a connection: what is established, related to an established one, or an
 * answer that the agent made itself (reject) passes by.
 *
 * Where new rules cut established connections, of those only the answers pass by: every packet in the direction in
 * which the connection was opened is judged. The connection tracking entry stays, so that answers never look new.
 */
export function policyBypassFlows(profile: NodeProfile): Flow[] {
  const bypasses: readonly { table: TableName; at: number; to: TableName }[] = [
    { table: 'EgressRule', at: priority.high, to: 'EgressMetric' },
    { table: 'IngressRule', at: priority.high, to: 'IngressMetric' },
    ...(profile.antreaPolicy
      ? ([
          { table: 'AntreaPolicyEgressRule', at: policyBypassPriority, to: 'EgressMetric' },
          { table: 'EgressDefaultRule', at: policyBypassPriority, to: 'EgressMetric' },
          { table: 'AntreaPolicyIngressRule', at: policyBypassPriority, to: 'IngressMetric' },
          { table: 'IngressDefaultRule', at: policyBypassPriority, to: 'IngressMetric' },
        ] as const)
      : []),
  ];
  const specs: FlowSpec[] = [];
  for (const family of profile.families) {
    const passing = [
      ctState({ new: false, est: true, ...(cutsEstablished(profile) ? { rpl: true } : {}) }),
      ctState({ new: false, rel: true }),
      registerIs(registers.controllerReason, controllerReason.reject),
    ];
    for (const { table, at, to } of bypasses) {
      for (const match of passing) specs.push({ table, priority: at, match: [match, ofFamily(family)], goto: to });
    }
  }
  return renderFlows(profile.cookieRound, 'Default', specs);
}

/** The parts of Service handling that do not depend on any Service. */
export function serviceBaseFlows(profile: NodeProfile, layout: Layout): Flow[] {
  return profile.proxy ? proxyFlows(profile, layout) : serviceCidrFlows(profile);
}

/** Source that a Pod sees when it reaches itself through a Service: its own address would never come back to us. */
export const hairpinAddresses = { ipv4: parseIp('169.254.169.252'), ipv6: parseIp('fc00::aabb:ccdd:eeff') } as const;

function proxyFlows(profile: NodeProfile, layout: Layout): Flow[] {
  // Known connections skip the first policy table, unless they are judged anew.
  const known = cutsEstablished(profile) ? layout.egressEntry : 'EgressRule';
  const needsSelection = load(registers.serviceState, serviceState.toSelect);
  const fixed: FlowSpec[] = [
    { table: 'ConntrackState', priority: priority.miss, actions: [resubmit('SessionAffinity'), resubmit('ServiceLB')] },
  ];
  const specs: FlowSpec[] = [
    { table: 'SessionAffinity', priority: priority.miss, actions: [needsSelection] },
    {
      // A learned Endpoint that is gone: choose again.
      table: 'EndpointDNAT',
      priority: priority.low,
      match: [registerIs(registers.serviceState, serviceState.selected)],
      actions: [needsSelection, resubmit('ServiceLB')],
    },
    {
      table: 'Output',
      priority: priority.high,
      match: [registerIs(registers.hairpin, 1)],
      actions: [{ kind: 'output', port: ports.inPort }],
    },
  ];
  for (const family of bothFamilies) {
    specs.push(hairpinReply(family), {
      table: 'ConntrackCommit',
      priority: priority.low,
      match: [
        ctState({ trk: true }),
        { field: 'ct_mark', value: ctMark.service },
        ofFamily(family),
        registerIs(registers.serviceState, serviceState.selected),
      ],
      goto: 'HairpinSNAT',
    });
  }
  for (const family of profile.families) {
    specs.push(
      {
        table: 'ConntrackState',
        priority: priority.normal,
        match: [ctState({ new: false, trk: true }), { field: 'ct_mark', value: ctMark.service }, ofFamily(family)],
        actions: [load(registers.rewriteMac, 1)],
        goto: known,
      },
      {
        table: 'ConntrackState',
        priority: priority.low,
        match: [ctState({ new: false, trk: true }), ofFamily(family)],
        goto: known,
      },
    );
  }
  return [...renderFlows(profile.cookieRound, 'Default', fixed), ...renderFlows(profile.cookieRound, 'Service', specs)];
}

/** The answer of a Pod that reached itself through a Service: turned round, back out of the port it came from. */
function hairpinReply(family: 'ipv4' | 'ipv6'): FlowSpec {
  const [source, destination, bits] =
    family === 'ipv4' ? (['nw_src', 'nw_dst', 32] as const) : (['ipv6_src', 'ipv6_dst', 128] as const);
  return {
    table: 'ServiceHairpin',
    priority: priority.normal,
    match: toIp(hairpinAddresses[family]),
    actions: [
      { kind: 'move', src: { field: source, offset: 0, bits }, dst: { field: destination, offset: 0, bits } },
      load(registers.hairpin, 1),
    ],
    goto: 'ConntrackZone',
  };
}

/** Without the proxy, Service traffic leaves through the gateway and kube-proxy translates it there. */
function serviceCidrFlows(profile: NodeProfile): Flow[] {
  return renderFlows(
    profile.cookieRound,
    'Service',
    profile.serviceCidrs.map((cidr) => ({
      table: 'SessionAffinity',
      priority: priority.normal,
      match: toCidr(cidr),
      actions: [load(registers.targetPort, profile.gateway.ofPort), load(registers.outputPortFound, 1)],
      goto: 'ConntrackCommit',
    })),
  );
}
