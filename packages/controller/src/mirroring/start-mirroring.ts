import { systemClock } from '@antrea-ts/runtime';
import type { ControllerOptions } from '../config/options.js';
import type { PartModules } from '../controller.js';
import { Mirror } from './mirror.js';
import { mirroredKinds } from './mirrored-kinds.js';

/** Mirrors objects of `*.antrea.tanzu.vmware.com` into `crd.antrea.io`, unless `legacyCRDMirroring` is off. */
export async function startMirroring(
  options: ControllerOptions,
  { client, logger, lifetime, signal }: PartModules,
): Promise<void> {
  if (!options.legacyCRDMirroring || !options.featureGates.AntreaPolicy) return;
  const modules = { client, logger: logger.child('mirroring'), clock: systemClock };
  for (const kind of mirroredKinds) {
    const mirror = new Mirror(kind, modules);
    await mirror.start({ signal });
    lifetime.onStop(() => mirror.stop());
  }
}
