import type { PolicyFlows } from '@antrea-ts/pipeline';
import type { ControlplaneKind, GroupKind, NodeRules, PolicySnapshot, Refusal } from '@antrea-ts/policy';
import type { Clock } from '@antrea-ts/reconcile';
import type { Logger } from '@antrea-ts/runtime';
import { podKey } from '../pods/pod-store.js';
import type { PodPort } from '../pods/pod-store.js';
import type { Dataplane } from '../dataplane/dataplane.js';

/** Owner of the flows of all policies: rules share them. */
export const policyOwner = 'network policies';

/** How long counters, logs and connections may still speak of a rule that is gone (Antrea 1.3: 5 s). */
const releaseIdsAfterMs = 5_000;

interface Modules {
  readonly rules: NodeRules;
  readonly flows: PolicyFlows;
  readonly dataplane: Pick<Dataplane, 'patch' | 'settled'>;
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * The policies of this Node: what the controller says and which Pods are here comes in, flows go out. Changes that come
 * in one turn of the event loop leave together.
 */
export class NodePolicies {
  readonly #modules: Modules;
  readonly #pods = new Map<string, PodPort>();
  readonly #listeners = new Set<() => void>();
  #beforeRulesGo: () => void = () => undefined;
  #scheduled: NodeJS.Immediate | undefined;
  #hasAbandoned = false;

  constructor(modules: Modules) {
    this.#modules = modules;
  }

  get rules(): NodeRules {
    return this.#modules.rules;
  }

  /** Calls back after changes of what the controller says, once they are stated to the switch. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Calls back before rules are taken off the switch whose policies go on. */
  beforeRulesGo(listener: () => void): void {
    this.#beforeRulesGo = listener;
  }

  /** What was known when the last agent ran. */
  restore({ networkPolicies, appliedToGroups, addressGroups }: PolicySnapshot): void {
    const { rules } = this.#modules;
    this.#tell(rules.replace('networkPolicies', networkPolicies));
    this.#tell(rules.replace('appliedToGroups', appliedToGroups));
    this.#tell(rules.replace('addressGroups', addressGroups));
    this.apply();
  }

  replace(kind: ControlplaneKind, objects: readonly unknown[]): void {
    this.#tell(this.#modules.rules.replace(kind, objects));
    this.#schedule();
  }

  set(kind: ControlplaneKind, object: unknown): void {
    const refusal = this.#modules.rules.set(kind, object);
    this.#tell(refusal ? [refusal] : []);
    this.#schedule();
  }

  /** Throws when the group is not known: what is missing has to be asked for again. */
  patch(kind: GroupKind, patch: unknown): void {
    const refusal = this.#modules.rules.patch(kind, patch);
    this.#schedule();
    if (refusal) throw new Error(`${refusal.kind} ${refusal.name}: ${refusal.reason}`);
  }

  remove(kind: ControlplaneKind, name: string): void {
    this.#modules.rules.remove(kind, name);
    this.#schedule();
  }

  /** States a local Pod; its rules are stated with it. */
  setPod(port: PodPort): void {
    this.#pods.set(port.containerId, port);
    this.#modules.flows.setPod(podKey(port), port);
    this.apply();
  }

  /** A Pod is gone; one of the same name may be there already. */
  removePod(port: PodPort): void {
    this.#pods.delete(port.containerId);
    const successor = [...this.#pods.values()].find((other) => podKey(other) === podKey(port));
    this.#modules.flows.setPod(podKey(port), successor);
    this.apply();
  }

  /** Brings what was stated so far to the dataplane, now. */
  apply(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    const { rules, flows, dataplane, clock, logger } = this.#modules;
    flows.apply(rules.takeChanges());
    const { retired, ...changes } = flows.takeChanges();
    if (retired.some((id) => rules.policy(flows.ruleOf(id)?.policy.uid ?? ''))) this.#beforeRulesGo();
    if (changes.set.size + changes.removed.size > 0) {
      dataplane.patch(policyOwner, changes);
      logger.debug('Stated policy flows', { set: changes.set.size, removed: changes.removed.size });
    }
    if (retired.length > 0) {
      clock.setTimer(releaseIdsAfterMs, () => {
        for (const id of retired) flows.releaseId(id);
      });
    }
    // Only now: with the changes, rules have claimed what was found on the switch.
    if (rules.inSync && !this.#hasAbandoned) {
      this.#hasAbandoned = true;
      flows.abandonRecovered();
    }
  }

  /** Resolves when the switch has acknowledged what policies ask of it. */
  async settled({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    this.apply();
    await this.#modules.dataplane.settled({ signal, owner: policyOwner });
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => {
      this.apply();
      for (const listener of this.#listeners) listener();
    });
  }

  #tell(refusals: readonly Refusal[]): void {
    for (const { kind, name, reason } of refusals) {
      this.#modules.logger.error('The controller sent what makes no sense; kept what it said before', {
        kind,
        name,
        reason,
      });
    }
  }
}
