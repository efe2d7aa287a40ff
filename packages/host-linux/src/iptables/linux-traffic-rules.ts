import { formatCidr, type IpFamily } from '@antrea-ts/net-types';
import { HostError, type TrafficRules, type TrafficRulesDriver } from '@antrea-ts/host';
import { destroyNetworkSet, ensureNetworkSet } from '../ipset/pod-ip-set.js';
import { podIpSet, renderAntreaRules, serviceSets } from './antrea-rules.js';
import { FamilyRules } from './family-rules.js';
import { IptablesTool, type IptablesToolOptions } from './iptables-tool.js';

const families: readonly IpFamily[] = ['ipv4', 'ipv6'];

/** For removal only the names of tables, chains and jumps count. */
const noRules: TrafficRules = {
  families,
  gatewayName: '',
  localPodCidrs: [],
  clusterPodCidrs: [],
  masquerade: false,
  egress: [],
  restoreEksMark: false,
};

/** Traffic rules as iptables chains and ipsets. Each family is handled for itself: the failure of one is not the other's. */
export function createLinuxTrafficRules(options: Omit<IptablesToolOptions, 'family'>): TrafficRulesDriver {
  const { run } = options;
  const rulesOf: Readonly<Record<IpFamily, FamilyRules>> = {
    ipv4: new FamilyRules(new IptablesTool({ ...options, family: 'ipv4' })),
    ipv6: new FamilyRules(new IptablesTool({ ...options, family: 'ipv6' })),
  };
  /** One pass at a time: two would read, then both write. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };

  return {
    ensure: (desired, { signal }) =>
      inTurn(async () => {
        const changes = await forEachFamily(desired.families, 'ensure traffic rules', signal, async (family) => {
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
          if (!services) await destroyServiceSets(run, family, { signal });
          return changes.map((change) => `${family}: ${change}`);
        });
        return changes.flat();
      }),
    remove: ({ signal }) =>
      inTurn(async () => {
        await forEachFamily(families, 'remove traffic rules', signal, async (family) => {
          await rulesOf[family].remove(renderAntreaRules(noRules, family), { signal });
          await destroyNetworkSet(run, { name: podIpSet[family], family }, { signal });
          await destroyServiceSets(run, family, { signal });
        });
      }),
  };
}

async function destroyServiceSets(
  run: IptablesToolOptions['run'],
  family: IpFamily,
  options: { signal: AbortSignal },
): Promise<void> {
  for (const set of Object.values(serviceSets[family])) await destroyNetworkSet(run, set, options);
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
