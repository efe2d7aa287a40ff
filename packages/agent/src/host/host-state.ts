import type { DesiredGateway, Host, HostInterface, PeerRoute, TrafficRules } from '@antrea-ts/host';
import { planDiff, type Plan } from '@antrea-ts/reconcile';
import { formatIp } from '@antrea-ts/net-types';
import { errorMessage, type Logger } from '@antrea-ts/runtime';

/** Everything that the Node's own network stack shall have of us. */
export interface DesiredHostState {
  readonly gateway: DesiredGateway;
  /** Interfaces that features in use have, besides the gateway. */
  readonly featureInterfaces: readonly string[];
  readonly routes: ReadonlyMap<string, PeerRoute>;
  readonly trafficRules: TrafficRules;
}

interface Modules {
  readonly host: Host;
  readonly logger: Logger;
  /** Told of the gateway as it is, each time it was looked at. */
  readonly onGateway?: (gateway: HostInterface) => void;
}

export interface ApplyOptions {
  readonly signal: AbortSignal;
  /** What is found different was changed by others. */
  readonly repair: boolean;
}

/** Makes gateway and routes as desired and repairs what others changed. Safe to repeat at any time. */
export async function applyInterfacesAndRoutes(
  desired: DesiredHostState,
  { host, logger, onGateway }: Modules,
  { signal, repair }: ApplyOptions,
): Promise<void> {
  const failures: unknown[] = [];
  const step = async (what: string, run: () => Promise<readonly string[]>): Promise<void> => {
    try {
      report(logger, what, await run(), repair);
    } catch (error) {
      failures.push(error);
    }
  };
  // One part's failure does not keep the others from being right.
  await step('gateway settings', async () => {
    const gateway = await host.ensureGateway(desired.gateway, { signal });
    onGateway?.(gateway.interface);
    return gateway.changes;
  });
  await step('interfaces', async () => (await host.removeLeftovers?.(desired.featureInterfaces, { signal })) ?? []);
  await step('routes', () => applyRoutes(desired.routes, host, signal));
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, failures.map(errorMessage).join('; '));
}

/** Makes the packet filter rules as desired and repairs what others changed. Safe to repeat at any time. */
export async function applyTrafficRules(
  { trafficRules }: DesiredHostState,
  { host, logger }: Modules,
  { signal, repair }: ApplyOptions,
): Promise<void> {
  report(logger, 'traffic rules', await host.trafficRules.ensure(trafficRules, { signal }), repair);
}

function report(logger: Logger, what: string, changes: readonly string[], repair: boolean): void {
  if (changes.length === 0) return;
  if (repair) logger.warn(`Repaired ${what} that were changed from outside`, { changes });
  else logger.info(`Changed ${what}`, { changes });
}

async function applyRoutes(
  desired: ReadonlyMap<string, PeerRoute>,
  host: Host,
  signal: AbortSignal,
): Promise<string[]> {
  const observed = await host.peerRoutes.observe({ signal });
  const plan = planDiff(desired, observed, sameRoute);
  if (plan.create.size + plan.update.size + plan.remove.size === 0) return [];
  const outcomes = await host.peerRoutes.apply(plan, { signal });
  const failed = outcomes.find((outcome) => !outcome.ok);
  if (failed && !failed.ok) throw failed.error;
  return describeRoutes(plan);
}

function sameRoute(a: PeerRoute, b: PeerRoute): boolean {
  return routeText(a) === routeText(b);
}

/** As `ip route` and `ip neighbour` would say it. */
function routeText({ interfaceName, via, onLink, source, neighbour }: PeerRoute): string {
  return [
    ...(via ? [`via ${formatIp(via)}`] : []),
    ...(interfaceName === '' ? [] : [`dev ${interfaceName}`]),
    ...(onLink ? ['onlink'] : []),
    ...(source ? [`src ${formatIp(source)}`] : []),
    ...(neighbour ? [`lladdr ${neighbour}`] : []),
  ].join(' ');
}

function describeRoutes({ create, update, remove }: Plan<string, PeerRoute>): string[] {
  return [
    ...[...create].map(([key, route]) => `added ${key} ${routeText(route)}`),
    ...[...update].map(
      ([key, { observed, desired }]) => `${key} was ${routeText(observed)}, not ${routeText(desired)}`,
    ),
    ...[...remove].map(([key, route]) => `removed ${key} ${routeText(route)}`),
  ];
}
