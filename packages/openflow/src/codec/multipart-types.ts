/** `OFPMP_*` (OpenFlow 1.3, 7.3.5). */
export const multipartTypes = {
  desc: 0,
  flow: 1,
  aggregate: 2,
  table: 3,
  port_stats: 4,
  group_stats: 6,
  group_desc: 7,
  group_features: 8,
  meter_stats: 9,
  meter_config: 10,
  meter_features: 11,
  table_features: 12,
  port_desc: 13,
} as const;

export type MultipartKind = keyof typeof multipartTypes;

export const multipartKinds: ReadonlyMap<number, MultipartKind> = new Map(
  Object.entries(multipartTypes).map(([kind, type]) => [type, kind as MultipartKind]),
);
