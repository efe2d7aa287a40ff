import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '@antrea-ts/kube';

/** On an object of `crd.antrea.io` that is kept as its legacy object is; names and value as in Antrea 1.3. */
export const managedByAnnotation = 'crd.antrea.io/managed-by';
export const mirroringController = 'crdmirroring-controller';
/** On a legacy object: its mirror is left alone from now on. */
export const stopMirrorAnnotation = 'crd.antrea.io/stop-mirror';

/** What of an object is mirrored. */
export interface Mirrored extends KubeObject {
  readonly spec?: object;
  readonly status?: object;
}

/** What has to be done about a legacy object and the one of the same name in `crd.antrea.io`. */
export type MirrorStep = 'create' | 'update' | 'release' | 'delete' | 'none';

/** Decides as Antrea 1.3 (2.15): objects that nobody mirrored are never touched. */
export function planMirror(legacy: Mirrored | undefined, current: Mirrored | undefined): MirrorStep {
  const isStopped = legacy?.metadata?.annotations?.[stopMirrorAnnotation] !== undefined;
  if (!current) return legacy && !isStopped ? 'create' : 'none';
  if (!isManaged(current)) return 'none';
  if (!legacy) return 'delete';
  if (isStopped) return 'release';
  const isSame =
    isDeepStrictEqual(legacy.spec, current.spec) &&
    isDeepStrictEqual(legacy.metadata?.labels ?? {}, current.metadata?.labels ?? {});
  return isSame ? 'none' : 'update';
}

/** Whether the legacy object has to be told the status of its mirror. */
export function needsStatus(legacy: Mirrored | undefined, current: Mirrored | undefined): boolean {
  if (!legacy || !current?.status || !isManaged(current)) return false;
  if (legacy.metadata?.annotations?.[stopMirrorAnnotation] !== undefined) return false;
  return !isDeepStrictEqual(legacy.status ?? {}, current.status);
}

export function isManaged({ metadata }: KubeObject): boolean {
  return metadata?.annotations?.[managedByAnnotation] === mirroringController;
}
