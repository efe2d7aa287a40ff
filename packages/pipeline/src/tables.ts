import type { NodeProfile } from './profile.js';

/**
 * The tables of the pipeline with 1.3's ids and names. A packet walks them in ascending order; which of them exist
 * and where each leads depends on the profile, see `layoutOf`.
 *
 * ```
 *  classify            who sent it        Classification ─ SpoofGuard ─ ARPResponder | IPv6
 *  connection          state, Service     ServiceHairpin ─ ConntrackZone ─ ConntrackState ─ SessionAffinity/ServiceLB ─ EndpointDNAT
 *  egress policy       may it leave       AntreaPolicyEgressRule ─ EgressRule ─ EgressDefaultRule ─ EgressMetric
 *  forward             where to           L3Forwarding ─ SNAT ─ IPTTLDec ─ L2Forwarding
 *  ingress policy      may it arrive      AntreaPolicyIngressRule ─ IngressRule ─ IngressDefaultRule ─ IngressMetric
 *  commit and send                        ConntrackCommit ─ HairpinSNAT ─ Output
 * ```
 */
export const tableIds = {
  Classification: 0,
  SpoofGuard: 10,
  ARPResponder: 20,
  IPv6: 21,
  ServiceHairpin: 29,
  ConntrackZone: 30,
  ConntrackState: 31,
  SessionAffinity: 40,
  ServiceLB: 41,
  EndpointDNAT: 42,
  AntreaPolicyEgressRule: 45,
  EgressRule: 50,
  EgressDefaultRule: 60,
  EgressMetric: 61,
  L3Forwarding: 70,
  SNAT: 71,
  IPTTLDec: 72,
  L2Forwarding: 80,
  AntreaPolicyIngressRule: 85,
  IngressRule: 90,
  IngressDefaultRule: 100,
  IngressMetric: 101,
  ConntrackCommit: 105,
  HairpinSNAT: 106,
  Output: 110,
} as const;

export type TableName = keyof typeof tableIds;

/** Names that users see where they differ from ours: 1.3 spells two tables in its own way. */
const displayNames: Partial<Record<TableName, string>> = {
  SessionAffinity: 'DNAT(SessionAffinity)',
  HairpinSNAT: 'HairpinSNATTable',
};

/** What happens to a packet that no other flow of the table matches. */
export type Miss =
  | { readonly kind: 'drop' }
  | { readonly kind: 'next' }
  /** The table has no miss flow: OVS drops, and nothing counts it. */
  | { readonly kind: 'none' }
  /** Another feature writes the miss flow itself. */
  | { readonly kind: 'custom' };

export interface Table {
  readonly name: TableName;
  readonly id: number;
  /** Where a packet goes on; absent in tables that end its way. */
  readonly next?: TableName;
  readonly miss: Miss;
}

/** The tables that exist on a Node, and where its stages begin. */
export interface Layout {
  readonly tables: readonly Table[];
  /** First table of the egress policy stage. */
  readonly egressEntry: TableName;
  /** First table of the ingress policy stage. */
  readonly ingressEntry: TableName;
  /** First table after a packet's sender was verified. */
  readonly connectionEntry: TableName;
  /** The successor of a table. Throws for tables that have none: a flow that needs it is our bug. */
  next(table: TableName): TableName;
}

const drop: Miss = { kind: 'drop' };
const goOn: Miss = { kind: 'next' };

/** Tables and their order for a Node (1.3: pkg/agent/openflow/pipeline.go). */
export function layoutOf(profile: NodeProfile): Layout {
  const { proxy, antreaPolicy, egress } = profile;
  const egressEntry: TableName = antreaPolicy ? 'AntreaPolicyEgressRule' : 'EgressRule';
  const ingressEntry: TableName = antreaPolicy ? 'AntreaPolicyIngressRule' : 'IngressRule';
  const connectionEntry: TableName = proxy ? 'ServiceHairpin' : 'ConntrackZone';

  const rows: (Table | false)[] = [
    row('Classification', drop, 'SpoofGuard'),
    row('SpoofGuard', drop, connectionEntry),
    row('ARPResponder', drop),
    row('IPv6', goOn, connectionEntry),
    proxy && row('ServiceHairpin', goOn, 'ConntrackZone'),
    row('ConntrackZone', { kind: 'none' }, 'ConntrackState'),
    proxy ? row('ConntrackState', { kind: 'custom' }, 'EndpointDNAT') : row('ConntrackState', goOn, 'SessionAffinity'),
    proxy ? row('SessionAffinity', { kind: 'custom' }) : row('SessionAffinity', goOn, egressEntry),
    proxy && row('ServiceLB', goOn, 'EndpointDNAT'),
    proxy && row('EndpointDNAT', goOn, egressEntry),
    antreaPolicy && row('AntreaPolicyEgressRule', goOn, 'EgressRule'),
    row('EgressRule', goOn, 'EgressDefaultRule'),
    row('EgressDefaultRule', goOn, 'EgressMetric'),
    row('EgressMetric', goOn, 'L3Forwarding'),
    row('L3Forwarding', goOn, 'L2Forwarding'),
    egress && row('SNAT', goOn, 'L2Forwarding'),
    row('IPTTLDec', goOn, 'L2Forwarding'),
    row('L2Forwarding', goOn, 'IngressMetric'),
    antreaPolicy && row('AntreaPolicyIngressRule', goOn, 'IngressRule'),
    row('IngressRule', goOn, 'IngressDefaultRule'),
    row('IngressDefaultRule', goOn, 'IngressMetric'),
    row('IngressMetric', goOn, 'ConntrackCommit'),
    row('ConntrackCommit', goOn, proxy ? 'HairpinSNAT' : 'Output'),
    proxy && row('HairpinSNAT', goOn, 'Output'),
    row('Output', drop),
  ];
  const tables = rows.filter((table) => table !== false);
  const byName = new Map(tables.map((table) => [table.name, table]));
  return {
    tables,
    egressEntry,
    ingressEntry,
    connectionEntry,
    next(table) {
      const next = byName.get(table)?.next;
      if (next === undefined) throw new Error(`pipeline: table ${table} has no successor on this Node`);
      return next;
    },
  };
}

function row(name: TableName, miss: Miss, next?: TableName): Table {
  return { name, id: tableIds[name], miss, ...(next === undefined ? {} : { next }) };
}

/** The name of a table as `antctl` and logs show it, or its number when it is none of ours. */
export function tableDisplayName(id: number): string {
  const name = (Object.keys(tableIds) as TableName[]).find((candidate) => tableIds[candidate] === id);
  return name === undefined ? String(id) : (displayNames[name] ?? name);
}
