/**
 * Ids of the tables of `br-int`, as in 1.3. A packet walks them in ascending order; which of them a Node has is decided
 * where flows are made.
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

/** The name of a table as `antctl` and logs show it, or its number when it is none of ours. */
export function tableDisplayName(id: number): string {
  const name = (Object.keys(tableIds) as TableName[]).find((candidate) => tableIds[candidate] === id);
  return name === undefined ? String(id) : (displayNames[name] ?? name);
}

/** The tables by the names that users see, with their ids. */
export const flowTables: ReadonlyMap<string, number> = new Map(
  Object.values(tableIds).map((id) => [tableDisplayName(id), id]),
);
