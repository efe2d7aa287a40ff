import { flowKey, type Flow } from '@antrea-ts/openflow';
import type { RuleDirection } from '@antrea-ts/apis';
import type { NodeProfile } from '../../profile.js';
import { isolationFlow, type PolicySettings } from './action-flows.js';
import { Clause } from './clause.js';
import type { MatchPart } from './match-part.js';
import { SingleFlows } from './single-flows.js';

/** A Pod that a Kubernetes rule selects gets nothing but what such rules allow: drops, as long as one selects it. */
export class Isolation {
  readonly #profile: NodeProfile;
  readonly #settings: PolicySettings;
  readonly #selected = { In: new Clause(), Out: new Clause() } as const;
  readonly flows = new SingleFlows();

  constructor(profile: NodeProfile, settings: PolicySettings) {
    this.#profile = profile;
    this.#settings = settings;
  }

  add(direction: RuleDirection, part: MatchPart): void {
    if (!this.#selected[direction].add(part)) return;
    const flow = this.#flow(direction, part);
    this.flows.set(flowKey(flow), flow);
  }

  remove(direction: RuleDirection, part: MatchPart): void {
    if (this.#selected[direction].remove(part)) this.flows.delete(flowKey(this.#flow(direction, part)));
  }

  #flow(direction: RuleDirection, { match }: MatchPart): Flow {
    return isolationFlow(this.#profile, this.#settings, direction, match);
  }
}
