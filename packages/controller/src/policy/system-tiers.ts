import type { Tier } from '@antrea-ts/apis';
import { isKubeError, type KubeClient } from '@antrea-ts/kube';
import { ReconcileLoop } from '@antrea-ts/reconcile';
import { systemClock } from '@antrea-ts/runtime';
import { customResources } from '../cluster/custom-resources.js';
import type { PartModules } from '../controller.js';

/** The tiers that are always there (Antrea 1.3, 2.11). */
export const systemTiers: readonly {
  readonly name: string;
  readonly priority: number;
  readonly description: string;
}[] = [
  { name: 'emergency', priority: 50, description: '[READ-ONLY]: System generated Emergency Tier' },
  { name: 'securityops', priority: 100, description: '[READ-ONLY]: System generated SecurityOps Tier' },
  { name: 'networkops', priority: 150, description: '[READ-ONLY]: System generated NetworkOps Tier' },
  { name: 'platform', priority: 200, description: '[READ-ONLY]: System generated Platform Tier' },
  { name: 'application', priority: 250, description: '[READ-ONLY]: System generated default Application Tier' },
  { name: 'baseline', priority: 253, description: '[READ-ONLY]: System generated Baseline Tier' },
];

/** Makes the system tiers that are missing, and mends those with another priority. Gives the names of both. */
export async function ensureSystemTiers(
  client: KubeClient,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const { name, priority, description } of systemTiers) {
    const spec = { priority, description };
    const existing: Tier | undefined = await client
      .get(customResources.tiers, { name }, { signal })
      .catch((error: unknown) => {
        if (isKubeError(error, 'not-found')) return undefined;
        throw error;
      });
    if (existing?.spec?.priority === priority) continue;
    if (existing) await client.patch(customResources.tiers, { name }, { type: 'merge', body: { spec } }, { signal });
    else await client.create(customResources.tiers, { metadata: { name }, spec }, { signal });
    written.push(name);
  }
  return written;
}

/** Keeps the system tiers there from now on. Somebody may delete a tier behind the back of the webhook: it is made again. */
export function startTiers({ client, logger, health, lifetime }: PartModules): void {
  let made = false;
  health.add('tiers', () => (made ? undefined : 'system tiers are not made yet'));
  const stopped = new AbortController();
  const loop = new ReconcileLoop({
    clock: systemClock,
    intervalMs: 60_000,
    retryMs: { first: 1_000, longest: 8_000 },
    signal: stopped.signal,
    pass: async ({ signal }) => {
      const tiers = await ensureSystemTiers(client, { signal });
      made = true;
      if (tiers.length > 0) logger.info('Made system tiers', { tiers });
    },
    onError: (error) => logger.warn('Could not make the system tiers, will try again', { error }),
  });
  loop.start();
  loop.trigger();
  lifetime.onStop(async () => {
    stopped.abort();
    await loop.ended();
  });
}
