import { setTimeout as wait } from 'node:timers/promises';
import { HostError, type DesiredGateway, type HostInterface } from '@antrea-ts/host';
import { formatInterfaceAddress, formatIp, isLinkLocal } from '@antrea-ts/net-types';
import { cmdlet, type Command } from '../powershell/command.js';
import type { PowerShell } from '../powershell/powershell.js';
import { listAdapters, type Adapter } from './adapters.js';

const appearIntervalMs = 500;

/** Enabled, MTU and addresses (1.3: pkg/agent/util/net_windows.go, SetLinkUp and ConfigureLinkAddresses). */
export async function ensureGateway(
  powerShell: PowerShell,
  desired: DesiredGateway,
  options: { readonly signal: AbortSignal; readonly appearTimeoutMs: number },
): Promise<{ readonly interface: HostInterface; readonly changes: readonly string[] }> {
  const found = await appeared(powerShell, desired.name, options);
  const steps = planGateway(found, desired);
  if (steps.length === 0) return { interface: found, changes: [] };
  await powerShell.run(
    steps.map(({ command }) => command),
    options,
  );
  const now = (await listAdapters(powerShell, options)).find(({ name }) => name === desired.name);
  return { interface: now ?? found, changes: steps.map(({ change }) => change) };
}

async function appeared(
  powerShell: PowerShell,
  name: string,
  { signal, appearTimeoutMs }: { readonly signal: AbortSignal; readonly appearTimeoutMs: number },
): Promise<Adapter> {
  const deadline = performance.now() + appearTimeoutMs;
  for (;;) {
    const found = (await listAdapters(powerShell, { signal })).find((adapter) => adapter.name === name);
    if (found) return found;
    if (performance.now() >= deadline) {
      throw new HostError('interface-missing', `gateway ${name}: there is no such adapter`);
    }
    await wait(appearIntervalMs, undefined, { signal });
  }
}

interface Step {
  readonly change: string;
  readonly command: Command;
}

/** What has to be done to an adapter that is as `found`. */
function planGateway(found: Adapter, desired: DesiredGateway): readonly Step[] {
  const steps: Step[] = [];
  const { name } = desired;
  if (!found.up)
    steps.push({ change: 'enabled', command: [cmdlet('Enable-NetAdapter', { Name: name, Confirm: false })] });
  if (found.mtu !== desired.mtu) {
    const change = `MTU from ${found.mtu} to ${desired.mtu}`;
    steps.push({ change, command: [setMtu(name, desired.mtu)] });
  }
  const wanted = new Map(
    desired.addresses
      .filter(({ address }) => address.family === 'ipv4')
      .map((address) => [formatInterfaceAddress(address), address]),
  );
  const held = new Set(found.addresses.map(formatInterfaceAddress));
  for (const each of found.addresses) {
    const text = formatInterfaceAddress(each);
    if (wanted.has(text) || isLinkLocal(each.address)) continue;
    const parameters = { InterfaceAlias: name, IPAddress: formatIp(each.address), Confirm: false };
    steps.push({ change: `removed address ${text}`, command: [cmdlet('Remove-NetIPAddress', parameters)] });
  }
  for (const [text, { address, prefixLength }] of wanted) {
    if (held.has(text)) continue;
    const parameters = { InterfaceAlias: name, IPAddress: formatIp(address), PrefixLength: prefixLength };
    steps.push({ change: `added address ${text}`, command: [cmdlet('New-NetIPAddress', parameters)] });
  }
  return steps;
}

/** Pods' adapters are in compartments of their own. */
export function setMtu(interfaceAlias: string, mtu: number) {
  return cmdlet('Set-NetIPInterface', {
    IncludeAllCompartments: true,
    InterfaceAlias: interfaceAlias,
    NlMtuBytes: mtu,
  });
}
