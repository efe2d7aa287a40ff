import type { AntreaPolicy, AntreaPolicyPeer, AntreaPolicyRule, LabelSelector } from '@antrea-ts/apis';
import '../platform.js';
import { antreaRuleShape, antreaSpecShape } from '../cluster/object-shapes.js';
import type { Sha1 } from '../cluster/group-name.js';

/** A step of a JSON patch. */
export interface PatchStep {
  readonly op: 'add' | 'replace';
  readonly path: string;
  readonly value: string | object;
}

const encoder = new TextEncoder();

/** Fills in what a user left out: names of rules, made from what they say, and the tier (Antrea 1.3, 2.14). */
export function mutatePolicy({ spec }: AntreaPolicy, sha1: Sha1): PatchStep[] {
  const steps: PatchStep[] = [];
  // Comes before the schema, which will say what is wrong.
  if (!spec || antreaSpecShape(spec)) return steps;
  for (const direction of ['ingress', 'egress'] as const) {
    for (const [index, rule] of (spec?.[direction] ?? []).entries()) {
      if (antreaRuleShape(rule) || !rule.action || rule.name) continue;
      const path = `/spec/${direction}/${index}/name`;
      steps.push({ op: 'add', path, value: ruleName(direction, rule, sha1) });
    }
  }
  if (!spec.tier) steps.push({ op: 'add', path: '/spec/tier', value: 'application' });
  return steps;
}

/** `ingress-allow-8cca288`: the same rule has the same name, everywhere. */
export function ruleName(direction: 'ingress' | 'egress', rule: AntreaPolicyRule, sha1: Sha1): string {
  return `${direction}-${rule.action.toLowerCase()}-${sha1(encoder.encode(goJson(rule))).slice(0, 7)}`;
}

/** The rule as Go's encoder writes it: its order of keys, and its escapes. */
function goJson(rule: AntreaPolicyRule): string {
  const value = {
    action: rule.action,
    ...(rule.ports?.length
      ? { ports: rule.ports.map(({ protocol, port, endPort }) => pick({ protocol, port, endPort })) }
      : {}),
    from: rule.from ? rule.from.map(peer) : null,
    to: rule.to ? rule.to.map(peer) : null,
    name: '',
    enableLogging: rule.enableLogging ?? false,
    ...(rule.appliedTo?.length
      ? {
          appliedTo: rule.appliedTo.map((applied) =>
            pick({
              podSelector: selector(applied.podSelector),
              namespaceSelector: selector(applied.namespaceSelector),
              externalEntitySelector: selector(applied.externalEntitySelector),
              group: applied.group,
            }),
          ),
        }
      : {}),
  };
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function peer(value: AntreaPolicyPeer): object {
  return pick({
    ipBlock: value.ipBlock && { cidr: value.ipBlock.cidr },
    podSelector: selector(value.podSelector),
    namespaceSelector: selector(value.namespaceSelector),
    namespaces: value.namespaces && pick({ match: value.namespaces.match }),
    externalEntitySelector: selector(value.externalEntitySelector),
    group: value.group,
    fqdn: value.fqdn,
  });
}

function selector(value: LabelSelector | undefined): object | undefined {
  if (!value) return undefined;
  const { matchLabels = {}, matchExpressions = [] } = value;
  const sorted = Object.fromEntries(Object.entries(matchLabels).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    ...(Object.keys(sorted).length > 0 ? { matchLabels: sorted } : {}),
    ...(matchExpressions.length > 0
      ? {
          matchExpressions: matchExpressions.map(({ key, operator, values }) => ({
            key,
            operator,
            ...(values?.length ? { values } : {}),
          })),
        }
      : {}),
  };
}

/** Without what is absent or empty, as Go's `omitempty`. */
function pick(value: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined && each !== ''));
}
