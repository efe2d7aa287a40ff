import { HostError, type PeerRoute } from '@antrea-ts/host';
import { formatCidr, formatIp, isUnspecified, tryParseCidr, tryParseIp } from '@antrea-ts/net-types';
import type { Driver, Outcome } from '@antrea-ts/reconcile';
import { z } from 'zod';
import { groupBy } from '../group-by.js';
import { routeMetric } from '../names.js';
import { cmdlet, query, tolerant, type Command } from '../powershell/command.js';
import { find, PowerShellError, type PowerShell } from '../powershell/powershell.js';
import { translated, translateError } from '../translate-error.js';

const routeSchema = z.object({
  DestinationPrefix: z.string(),
  NextHop: z.string(),
  InterfaceAlias: z.string(),
  RouteMetric: z.number(),
});
type Row = z.infer<typeof routeSchema>;

const onLink = '0.0.0.0';
const listRoutes = query(
  tolerant(cmdlet('Get-NetRoute', { AddressFamily: 'IPv4' })),
  'DestinationPrefix',
  'NextHop',
  'InterfaceAlias',
  'RouteMetric',
);

/** Routes to peers (1.3: pkg/agent/route/route_windows.go). Ours are known by their metric. */
export function createWindowsRoutes(powerShell: PowerShell): Driver<string, PeerRoute> {
  const list = (signal: AbortSignal): Promise<readonly Row[]> => find(powerShell, listRoutes, routeSchema, { signal });
  return {
    observe: ({ signal }) =>
      translated('list routes', signal, async () => new Map((await list(signal)).flatMap(ownRoute))),
    apply: ({ create, update, remove }, { signal }) =>
      translated('change routes', signal, async () => {
        const rows = groupBy(await list(signal), ({ DestinationPrefix }) => DestinationPrefix);
        const outcomes: Outcome<string>[] = [];
        const change = async (key: string, desired: PeerRoute | undefined): Promise<void> => {
          outcomes.push(await changeRoute(powerShell, key, desired, rows.get(key) ?? [], signal));
        };
        for (const key of remove.keys()) await change(key, undefined);
        for (const [key, { desired }] of update) await change(key, desired);
        for (const [key, desired] of create) await change(key, desired);
        return outcomes;
      }),
  };
}

function ownRoute(row: Row): [string, PeerRoute][] {
  const destination = tryParseCidr(row.DestinationPrefix);
  const via = tryParseIp(row.NextHop);
  if (row.RouteMetric !== routeMetric || !destination || !via) return [];
  const route = { destination, interfaceName: row.InterfaceAlias };
  return [[formatCidr(destination), isUnspecified(via) ? route : { ...route, via, onLink: true }]];
}

async function changeRoute(
  powerShell: PowerShell,
  key: string,
  desired: PeerRoute | undefined,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<Outcome<string>> {
  try {
    await powerShell.run(routeCommands(key, desired, rows), { signal });
    return { key, ok: true };
  } catch (error) {
    // Nothing can be said of what became of the others either.
    if (error instanceof PowerShellError && error.code !== 'refused') throw error;
    const failure = translateError(`route to ${key}`, error, signal);
    return { key, ok: false, error: failure instanceof Error ? failure : new Error(String(failure)) };
  }
}

function routeCommands(key: string, desired: PeerRoute | undefined, rows: readonly Row[]): Command[] {
  const wanted = desired && {
    InterfaceAlias: desired.interfaceName,
    NextHop: desired.via ? formatIp(desired.via) : onLink,
  };
  const isWanted = (row: Row): boolean =>
    row.InterfaceAlias === wanted?.InterfaceAlias && row.NextHop === wanted.NextHop;
  const ours = rows.filter(({ RouteMetric }) => RouteMetric === routeMetric);
  if (desired) refuseForeign(key, rows);
  const commands: Command[] = ours.filter((row) => !isWanted(row)).map((row) => [removeRoute(row)]);
  if (wanted && !ours.some(isWanted)) {
    // Made for the running system only: after a boot the agent makes them anew.
    const parameters = { DestinationPrefix: key, ...wanted, RouteMetric: routeMetric, PolicyStore: 'ActiveStore' };
    commands.push([cmdlet('New-NetRoute', parameters)]);
  }
  return commands;
}

function removeRoute({ DestinationPrefix, NextHop, InterfaceAlias }: Row) {
  return tolerant(cmdlet('Remove-NetRoute', { DestinationPrefix, NextHop, InterfaceAlias, Confirm: false }));
}

function refuseForeign(key: string, rows: readonly Row[]): void {
  const foreign = rows.find(({ RouteMetric }) => RouteMetric !== routeMetric);
  if (!foreign) return;
  const { NextHop, InterfaceAlias } = foreign;
  throw new HostError(
    'foreign-state',
    `route to ${key}: there is one by someone else, via ${NextHop} on ${InterfaceAlias}; remove it`,
  );
}
