import { EqualPriorities, type ClusterChanges, type EqualPriority } from '@antrea-ts/policy';
import type { Clock } from '@antrea-ts/reconcile';

/** Nobody waits for it, and much may change meanwhile. */
const delayMs = 1_000;

interface Modules {
  readonly targetsOf: Parameters<EqualPriorities['takeChanges']>[0];
  /** Something else is true of a policy now. */
  readonly onChange: (uid: string) => void;
  readonly clock: Clock;
}

/** Keeps looking for policies whose order nobody decided, a while after something changed. */
export class OrderWatch {
  readonly #equal = new EqualPriorities();
  readonly #modules: Modules;
  #cancel: (() => void) | undefined;

  constructor(modules: Modules) {
    this.#modules = modules;
  }

  changed({ networkPolicies, appliedToGroups }: ClusterChanges): void {
    for (const { before, after } of networkPolicies) {
      if (before?.policy !== after?.policy) this.#equal.policyChanged(before?.policy, after?.policy);
    }
    for (const { before, after } of appliedToGroups) this.#equal.groupChanged((after ?? before)?.name ?? '');
    if (!this.#equal.hasChanges) return;
    this.#cancel ??= this.#modules.clock.setTimer(delayMs, () => {
      this.#cancel = undefined;
      for (const uid of this.#equal.takeChanges(this.#modules.targetsOf)) this.#modules.onChange(uid);
    });
  }

  of(uid: string): EqualPriority | undefined {
    return this.#equal.of(uid);
  }

  stop(): void {
    this.#cancel?.();
  }
}
