import { formatCidr, type IpFamily } from '@antrea-ts/net-types';
import { HostError, type TrafficRules, type TrafficRulesDriver } from '@antrea-ts/host';
import { ensureNetworkSet } from '../ipset/pod-ip-set.js';
import { removeStaleSets } from '../ipset/stale-sets.js';
import { podIpSet, renderAntreaRules, serviceSets } from './antrea-rules.js';
import { FamilyRules, type FamilyRulesOptions } from './family-rules.js';
import { IptablesTool, type IptablesToolOptions } from './iptables-tool.js';

const families: readonly IpFamily[] = ['ipv4', 'ipv6'];
const tables = ['raw', 'mangle', 'filter', 'nat'] as const;

type Signal = { readonly signal: AbortSignal };

/** Traffic rules as iptables chains and ipsets. Each family is handled for itself: the failure of one is not the other's. */
export function createLinuxTrafficRules(
  options: Omit<IptablesToolOptions, 'family'> & FamilyRulesOptions,
): TrafficRulesDriver {
  const { run } = options;
  const rulesOf: Readonly<Record<IpFamily, FamilyRules>> = {
    ipv4: new FamilyRules(new IptablesTool({ ...options, family: 'ipv4' }), options),
    ipv6: new FamilyRules(new IptablesTool({ ...options, family: 'ipv6' }), options),
  };
  /** One pass at a time: two would read, then both write. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };
  /** Families whose rules were looked for, because the Node had them once. */
  const left = new Set<IpFamily>();
  const keptSets = new Set<string>();

  const ensureFamily = async (desired: TrafficRules, family: IpFamily, { signal }: Signal) => {
    const members = desired.clusterPodCidrs.filter(({ address }) => address.family === family).map(formatCidr);
    const { services } = desired;
    const changes: string[] = [];
    // Sets before the rules that name them, and gone after those.
    changes.push(...(await ensureNetworkSet(run, { name: podIpSet[family], family }, members, { signal })));
    if (services) {
      const { nodePort, masqueraded } = serviceSets[family];
      changes.push(...(await ensureNetworkSet(run, nodePort, services.nodePorts[family], { signal })));
      changes.push(...(await ensureNetworkSet(run, masqueraded, services.masqueraded[family], { signal })));
    }
    changes.push(...(await rulesOf[family].ensure(renderAntreaRules(desired, family), { signal })));
    left.delete(family);
    return changes.map((change) => `${family}: ${change}`);
  };

  /** Rules of a family that the Node has no more, or never had: then its tools may be absent too. */
  const leaveFamily = async (family: IpFamily, { signal }: Signal): Promise<readonly string[]> => {
    if (left.has(family)) return [];
    left.add(family);
    try {
      const changes = await rulesOf[family].removeAll(tables, { signal });
      return changes.map((change) => `${family}: ${change}`);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof HostError && error.code === 'busy') left.delete(family);
      return [];
    }
  };

  return {
    ensure: (desired, { signal }) =>
      inTurn(async () => {
        const changes = await forEachFamily(desired.families, 'ensure traffic rules', signal, (family) =>
          ensureFamily(desired, family, { signal }),
        );
        const others = families.filter((family) => !desired.families.includes(family));
        const gone: string[] = [];
        for (const family of others) gone.push(...(await leaveFamily(family, { signal })));
        const sets = await removeStaleSets(run, setNames(desired), keptSets, { signal });
        return [...changes.flat(), ...gone, ...sets];
      }),
    remove: ({ signal }) =>
      inTurn(async () => {
        await forEachFamily(families, 'remove traffic rules', signal, (family) =>
          rulesOf[family].removeAll(tables, { signal }),
        );
        await removeStaleSets(run, [], new Set(), { signal });
      }),
  };
}

/** Sets that rules of these families name. */
function setNames({ families: wanted, services }: TrafficRules): readonly string[] {
  return wanted.flatMap((family) => [
    podIpSet[family],
    ...(services ? Object.values(serviceSets[family]).map(({ name }) => name) : []),
  ]);
}

async function forEachFamily<T>(
  list: readonly IpFamily[],
  operation: string,
  signal: AbortSignal,
  work: (family: IpFamily) => Promise<T>,
): Promise<readonly T[]> {
  signal.throwIfAborted();
  const results = await Promise.allSettled(list.map((family) => work(family)));
  signal.throwIfAborted();
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  const [first] = errors;
  if (first !== undefined) {
    const code = first instanceof HostError ? first.code : 'failed';
    const cause = errors.length === 1 ? first : new AggregateError(errors);
    throw new HostError(code, `${operation}: ${errors.map(({ message }) => message).join('; ')}`, { cause });
  }
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
