import { tableIds, type TableName } from '@antrea-ts/apis';
import type { NodeProfile } from './profile.js';

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

/**
 * The tables of a Node, and where each leads (1.3: pkg/agent/openflow/pipeline.go).
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
