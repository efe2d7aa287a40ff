import { setImmediate as nextTurn } from 'node:timers/promises';
import { EqualPriorities, type ClusterChanges, type EqualPriority } from '@antrea-ts/policy';
import type { Clock } from '@antrea-ts/reconcile';

/** Nobody waits for it, and much may change meanwhile. */
const delayMs = 1_000;
const longestStepMs = 5;

interface Modules {
  readonly targetsOf: Parameters<EqualPriorities['look']>[0];
  /** Something else is true of a policy now. */
  readonly onChange: (uid: string) => void;
  readonly clock: Clock;
}

/** Keeps looking for policies whose order nobody decided, a while after something changed. */
export class OrderWatch {
  readonly #equal = new EqualPriorities();
  readonly #modules: Modules;
  #cancel: (() => void) | undefined;
  #isLooking = false;
  #stopped = false;

  constructor(modules: Modules) {
    this.#modules = modules;
  }

  changed({ networkPolicies, appliedToGroups }: ClusterChanges): void {
    for (const { before, after } of networkPolicies) {
      if (before?.policy !== after?.policy) this.#equal.policyChanged(before?.policy, after?.policy);
    }
    for (const { before, after } of appliedToGroups) this.#equal.groupChanged((after ?? before)?.name ?? '');
    this.#lookLater();
  }

  of(uid: string): EqualPriority | undefined {
    return this.#equal.of(uid);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #lookLater(): void {
    if (this.#stopped || this.#isLooking || !this.#equal.hasChanges) return;
    this.#cancel ??= this.#modules.clock.setTimer(delayMs, () => {
      this.#cancel = undefined;
      this.#isLooking = true;
      void this.#look().finally(() => {
        this.#isLooking = false;
        this.#lookLater();
      });
    });
  }

  /** In short steps: with thousands of policies in one place it takes a second, and agents shall not wait for it. */
  async #look(): Promise<void> {
    const steps = this.#equal.look(this.#modules.targetsOf);
    let begun = performance.now();
    for (let step = steps.next(); ; step = steps.next()) {
      if (this.#stopped) return;
      if (step.done) {
        for (const uid of step.value) this.#modules.onChange(uid);
        return;
      }
      if (performance.now() - begun < longestStepMs) continue;
      await nextTurn();
      begun = performance.now();
    }
  }
}
