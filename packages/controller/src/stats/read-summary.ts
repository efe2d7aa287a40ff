import type { ControlplanePolicyStats, ControlplaneTrafficStats } from '@antrea-ts/apis';
import { HttpError } from '@antrea-ts/runtime';

/** What a Node reports, of all types of policies. Throws 400 and names the field that is not as it must be. */
export function readSummary(summary: Readonly<Record<string, unknown>>): readonly ControlplanePolicyStats[] {
  return ['networkPolicies', 'antreaClusterNetworkPolicies', 'antreaNetworkPolicies'].flatMap((kind) =>
    rows(summary[kind], kind).map((row, index) => readPolicy(row, `${kind}[${index}]`)),
  );
}

type Row = Readonly<Record<string, unknown>>;

function readPolicy({ networkPolicy, trafficStats, ruleTrafficStats }: Row, at: string): ControlplanePolicyStats {
  const uid = isRow(networkPolicy) ? networkPolicy['uid'] : undefined;
  if (typeof uid !== 'string') throw new HttpError(400, `${at}.networkPolicy.uid is missing`);
  return {
    networkPolicy: networkPolicy as ControlplanePolicyStats['networkPolicy'],
    ...(trafficStats === undefined ? {} : { trafficStats: readTraffic(trafficStats, `${at}.trafficStats`) }),
    ruleTrafficStats: rows(ruleTrafficStats, `${at}.ruleTrafficStats`).map((row, index) => ({
      name: typeof row['name'] === 'string' ? row['name'] : '',
      trafficStats: readTraffic(row['trafficStats'], `${at}.ruleTrafficStats[${index}].trafficStats`),
    })),
  };
}

/** Go leaves out nothing here, others may leave out zeros. */
function readTraffic(value: unknown, at: string): ControlplaneTrafficStats {
  if (!isRow(value)) throw new HttpError(400, `${at} is no object`);
  const count = (name: string): number => {
    const number = value[name] ?? 0;
    if (typeof number !== 'number' || !Number.isSafeInteger(number) || number < 0) {
      throw new HttpError(400, `${at}.${name} is no count`);
    }
    return number;
  };
  return { packets: count('packets'), bytes: count('bytes'), sessions: count('sessions') };
}

function rows(value: unknown, at: string): readonly Row[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isRow)) throw new HttpError(400, `${at} is no list of objects`);
  return value;
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
