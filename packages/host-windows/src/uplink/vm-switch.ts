import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '@antrea-ts/runtime';
import { z } from 'zod';
import { names } from '../names.js';
import { cmdlet, query, tolerant, type Command } from '../powershell/command.js';
import { find, PowerShellError, type PowerShell } from '../powershell/powershell.js';

/** The first try is known to fail while HNS is still at work on the switch. */
const attempts = 3;
const retryMs = 2_000;

/** Windows gives the state of a feature as a word or as its number, depending on its version. */
const featureSchema = z.object({ State: z.union([z.string(), z.number()]) });
const enabledStates: readonly (string | number)[] = ['Enabled', 2];

const hyperV = query(
  tolerant(cmdlet('Get-WindowsOptionalFeature', { Online: true, FeatureName: 'Microsoft-Hyper-V' })),
  'State',
);
const withoutManagement: Command = [
  cmdlet('Get-VMSwitch', { Name: names.hnsNetwork }),
  cmdlet('Set-VMSwitch', { AllowManagementOS: false }),
];

/** Takes the host's own adapter off the switch: the bridge's takes its place. Without Hyper-V there is none. */
export async function dropManagementAdapter(
  powerShell: PowerShell,
  options: { readonly signal: AbortSignal; readonly retryMs?: number },
): Promise<void> {
  const features = await find(powerShell, hyperV, featureSchema, options);
  if (!features.some(({ State }) => enabledStates.includes(State))) return;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await powerShell.run([withoutManagement], options);
      return;
    } catch (error) {
      if (!(error instanceof PowerShellError && error.code === 'refused') || attempt === attempts) throw error;
      await wait(options.retryMs ?? retryMs, undefined, { signal: options.signal });
    }
  }
}

const rscSchema = z.object({ SoftwareRscEnabled: z.boolean().nullish() });
const readRsc = query(cmdlet('Get-VMSwitch', { Name: names.hnsNetwork }), 'SoftwareRscEnabled');
const setRsc: Command = [cmdlet('Set-VMSwitch', { Name: names.hnsNetwork, EnableSoftwareRsc: true })];

/** Receive segment coalescing: without it TCP through the switch is slow, and works all the same. */
export async function enableRsc(
  powerShell: PowerShell,
  { signal, logger }: { readonly signal: AbortSignal; readonly logger: Logger },
): Promise<void> {
  const slower = 'TCP to and from Pods will be slower: the switch does not coalesce segments';
  try {
    const [found] = await find(powerShell, readRsc, rscSchema, { signal });
    if (typeof found?.SoftwareRscEnabled !== 'boolean') logger.warn(slower, { reason: 'this Windows cannot' });
    else if (!found.SoftwareRscEnabled) await powerShell.run([setRsc], { signal });
  } catch (error) {
    signal.throwIfAborted();
    logger.warn(slower, { error });
  }
}
