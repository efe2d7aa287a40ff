import type { CompletedRule, RuleMember, RuleText } from '@antrea-ts/policy';
import type { IpFamily } from '@antrea-ts/net-types';
import { Clause } from './clause.js';
import { ruleHash } from './rule-hash.js';
import type { MatchPart, PacketEnd } from './match-part.js';
import { hasNamedPorts, resolveServices, serviceParts, servicesKey, type ResolvedService } from './services.js';

/**
 * One conjunction: a rule, or where the rule names ports the part of it for members that give those names the same
 * numbers. `split` holds what belongs to this part alone and is clause 2; the other side is clause 1, common to all
 * parts of the rule.
 */
export interface Conjunction {
  readonly rule: PolicyRule;
  readonly key: string;
  readonly hash: number;
  readonly split: Clause;
  /** Absent where the rule is for every protocol and port; empty where no packet can meet it. */
  readonly services: readonly MatchPart[] | undefined;
}

/**
 * What a Node knows of one rule, in matches. In rules for what comes in the targets decide what a port's name means,
 * in rules for what goes out the peers: that side is split by it.
 */
export class PolicyRule {
  readonly text: RuleText;
  readonly namedPorts: boolean;
  readonly peerEnd: PacketEnd;
  readonly common = new Clause();
  readonly conjunctions = new Map<string, Conjunction>();
  /** What the members that are targets were counted with, by Pod. */
  readonly targets = new Map<string, RuleMember[]>();
  /** For addresses that the names in the rule stand for. */
  nameParts: readonly MatchPart[] = [];
  readonly #families: readonly IpFamily[];

  constructor(rule: CompletedRule, families: readonly IpFamily[]) {
    const { id, policy, name, direction, action, enableLogging, services, priority } = rule;
    this.text = {
      id,
      policy,
      name,
      direction,
      action,
      enableLogging,
      services,
      ...(priority === undefined ? {} : { priority }),
    };
    this.namedPorts = hasNamedPorts(services);
    this.peerEnd = direction === 'In' ? 'source' : 'destination';
    this.#families = families;
    if (!this.namedPorts) this.conjunctionFor();
  }

  /** The conjunction for members that resolve the rule's ports as this one; made when it is the first of its kind. */
  conjunctionFor(member?: RuleMember): Conjunction {
    const resolved = this.namedPorts ? resolveServices(this.text.services, member?.ports ?? []) : undefined;
    const key = resolved === undefined ? '' : servicesKey(resolved);
    const known = this.conjunctions.get(key);
    if (known) return known;
    const conjunction: Conjunction = {
      rule: this,
      key,
      hash: ruleHash(`${this.text.id}|${key}`),
      split: new Clause(),
      services: this.#serviceClause(resolved),
    };
    this.conjunctions.set(key, conjunction);
    return conjunction;
  }

  /** Kubernetes rules: what they select gets nothing but what they allow. */
  get isolates(): boolean {
    return this.text.priority === undefined;
  }

  /** Parts of a rule without named ports stay for as long as the rule does; the others as long as they have members. */
  isSpare({ split }: Conjunction): boolean {
    return this.namedPorts && split.size === 0;
  }

  /** Without local targets a rule has nothing to judge. */
  hasTargets({ split }: Conjunction): boolean {
    return (this.text.direction === 'In' ? split : this.common).size > 0;
  }

  #serviceClause(resolved: readonly ResolvedService[] | undefined): readonly MatchPart[] | undefined {
    const { services } = this.text;
    if (services.length === 0) return undefined;
    return dedupe(serviceParts(resolved ?? resolveServices(services, []), this.#families));
  }
}

function dedupe(parts: readonly MatchPart[]): MatchPart[] {
  return [...new Map(parts.map((part) => [part.key, part])).values()];
}
