import { HostError } from '@antrea-ts/host';
import { formatIp, parseMac, type IpAddress } from '@antrea-ts/net-types';
import { z } from 'zod';
import { listAdapters } from '../interfaces/adapters.js';
import { cmdlet, query, tolerant, type Command } from '../powershell/command.js';
import { find, type PowerShell } from '../powershell/powershell.js';

const addressSchema = z.object({ ip: z.string(), prefixLength: z.number() });
const routeSchema = z.object({ prefix: z.string(), nextHop: z.string(), metric: z.number() });

/** What the host has on its adapter, and needs on the bridge. Written down before anything is changed. */
export const hostSettingsSchema = z.object({
  adapter: z.string(),
  mac: z.string(),
  addresses: z.array(addressSchema),
  /** Next hop of the default route. */
  gateway: z.string().optional(),
  /** Routes over the gateway, other than the default one: all that cannot be derived. */
  routes: z.array(routeSchema),
  dnsServers: z.array(z.string()),
});
export type HostSettings = z.infer<typeof hostSettingsSchema>;

const defaultPrefix = '0.0.0.0/0';
const routeRow = z.object({ DestinationPrefix: z.string(), NextHop: z.string(), RouteMetric: z.number() });
const dnsRow = z.object({ ServerAddresses: z.union([z.string(), z.array(z.string())]).nullish() });

/** Reads what the adapter with this address has. Changes nothing. */
export async function readHostSettings(
  powerShell: PowerShell,
  transportAddress: IpAddress,
  options: { readonly signal: AbortSignal },
): Promise<HostSettings> {
  const { name, index, mac, addresses } = await adapterWith(powerShell, transportAddress, options);
  const onAdapter = { InterfaceIndex: index, AddressFamily: 'IPv4' };
  const routes = await find(
    powerShell,
    query(tolerant(cmdlet('Get-NetRoute', onAdapter)), 'DestinationPrefix', 'NextHop', 'RouteMetric'),
    routeRow,
    options,
  );
  const dns = await find(
    powerShell,
    query(cmdlet('Get-DnsClientServerAddress', onAdapter), 'ServerAddresses'),
    dnsRow,
    options,
  );
  const gateway = routes.find(({ DestinationPrefix }) => DestinationPrefix === defaultPrefix)?.NextHop;
  return {
    adapter: name,
    mac,
    addresses: addresses.map(({ address, prefixLength }) => ({ ip: formatIp(address), prefixLength })),
    ...(gateway === undefined ? {} : { gateway }),
    routes: routes
      .filter(({ DestinationPrefix, NextHop }) => NextHop === gateway && DestinationPrefix !== defaultPrefix)
      .map((route) => ({ prefix: route.DestinationPrefix, nextHop: route.NextHop, metric: route.RouteMetric })),
    dnsServers: dns.flatMap(({ ServerAddresses }) => ServerAddresses ?? []),
  };
}

async function adapterWith(powerShell: PowerShell, address: IpAddress, options: { readonly signal: AbortSignal }) {
  const text = formatIp(address);
  const holders = (await listAdapters(powerShell, options)).filter((adapter) =>
    adapter.addresses.some((held) => formatIp(held.address) === text),
  );
  const [adapter, second] = holders;
  if (!adapter) {
    throw new HostError('interface-missing', `find the adapter of ${text}: no adapter has this address of the Node`);
  }
  if (second) {
    throw new HostError(
      'foreign-state',
      `find the adapter of ${text}: "${adapter.name}" and "${second.name}" both have it; take it from one of them`,
    );
  }
  if (adapter.virtual) {
    throw new HostError(
      'unsupported',
      `take adapter "${adapter.name}" with ${text} for the uplink: it is virtual; set transportInterface to a physical one`,
    );
  }
  if (!adapter.mac) throw new HostError('unsupported', `adapter "${adapter.name}" has no MAC address`);
  return { ...adapter, mac: parseMac(adapter.mac) };
}

/** What takes addresses and routes off the host's own adapter of the switch, which is there as long as nobody dropped it. */
export function takeSettings(interfaceAlias: string, settings: HostSettings): readonly Command[] {
  const on = { InterfaceAlias: interfaceAlias, Confirm: false };
  const { addresses, routes, gateway } = settings;
  const hops = [...routes, ...(gateway === undefined ? [] : [{ prefix: defaultPrefix, nextHop: gateway }])];
  return [
    ...hops.map(({ prefix, nextHop }): Command => [
      tolerant(cmdlet('Remove-NetRoute', { ...on, DestinationPrefix: prefix, NextHop: nextHop })),
    ]),
    ...addresses.map(({ ip }): Command => [tolerant(cmdlet('Remove-NetIPAddress', { ...on, IPAddress: ip }))]),
  ];
}

/** Gives an interface of the host what was read from its adapter, as far as it lacks it. */
export function applySettings(
  interfaceAlias: string,
  settings: HostSettings,
  present: { readonly addresses: ReadonlySet<string>; readonly prefixes: ReadonlySet<string> },
): readonly Command[] {
  const on = { InterfaceAlias: interfaceAlias };
  const commands: Command[] = settings.addresses
    .filter(({ ip }) => !present.addresses.has(ip))
    .map(({ ip, prefixLength }) => [cmdlet('New-NetIPAddress', { ...on, IPAddress: ip, PrefixLength: prefixLength })]);
  const { gateway } = settings;
  const routes = [
    ...(gateway === undefined ? [] : [{ prefix: defaultPrefix, nextHop: gateway, metric: 256 }]),
    ...settings.routes,
  ];
  for (const { prefix, nextHop, metric } of routes) {
    if (present.prefixes.has(prefix)) continue;
    const parameters = { ...on, DestinationPrefix: prefix, NextHop: nextHop, RouteMetric: metric };
    commands.push([cmdlet('New-NetRoute', parameters)]);
  }
  if (settings.dnsServers.length > 0) {
    commands.push([cmdlet('Set-DnsClientServerAddress', { ...on, ServerAddresses: settings.dnsServers })]);
  }
  return commands;
}
