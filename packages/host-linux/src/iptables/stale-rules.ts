import { canonicalRule } from './rule-text.js';
import { jumpRule, type Jump, type RuleSpec, type TableRemoval, type TableRules } from './table-rules.js';

/** Every chain of ours begins so, in this version and in others. */
const prefix = 'ANTREA-';

/** What is in one table. */
export interface TableContents {
  readonly builtIn: ReadonlySet<string>;
  readonly chains: ReadonlyMap<string, readonly RuleSpec[]>;
}

/** How the jumps of one built-in chain differ from those wanted there. */
export interface JumpDifference {
  readonly missing: readonly Jump[];
  /** Rules that lead to a chain of ours and are not wanted, or are there twice. */
  readonly stale: readonly RuleSpec[];
}

/** Compares a built-in chain's rules with the jumps wanted in it. */
export function compareJumps(present: readonly RuleSpec[], wanted: readonly Jump[]): JumpDifference {
  const open = new Map(wanted.map((jump) => [canonicalRule(jumpRule(jump)), jump]));
  const stale = present.filter((rule) => isOurs(targetOf(rule)) && !open.delete(canonicalRule(rule)));
  return { missing: [...open.values()], stale };
}

/**
 * What another version, or a hand, left of ours in a table: chains that nobody wants and the rules that lead there. A
 * chain that a chain of somebody else leads to cannot go, and is named in `kept`.
 */
export function staleRules(
  { builtIn, chains }: TableContents,
  { table, jumps, chains: wanted }: Pick<TableRules, 'table' | 'jumps' | 'chains'>,
): { readonly removal: TableRemoval; readonly kept: readonly string[] } {
  const known = new Set(wanted.map(({ chain }) => chain));
  const unwanted = [...chains.keys()].filter((chain) => isOurs(chain) && !known.has(chain));
  const kept = referenced(chains, unwanted, (chain) => !builtIn.has(chain) && !isOurs(chain));
  const isKept = (rule: RuleSpec): boolean => kept.has(targetOf(rule) ?? '');
  const rules = [...builtIn].flatMap((from) => {
    const { stale } = compareJumps(
      chains.get(from) ?? [],
      jumps.filter((jump) => jump.from === from),
    );
    return stale.filter((rule) => !isKept(rule)).map((rule) => ({ from, rule }));
  });
  return { removal: { table, rules, chains: unwanted.filter((chain) => !kept.has(chain)) }, kept: [...kept] };
}

/** Those of `candidates` that chains of others lead to, by themselves or through one another. */
function referenced(
  chains: TableContents['chains'],
  candidates: readonly string[],
  isForeign: (chain: string) => boolean,
): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...chains.keys()].filter(isForeign);
  for (const chain of open) {
    for (const rule of chains.get(chain) ?? []) {
      const target = targetOf(rule);
      if (target === undefined || found.has(target) || !candidates.includes(target)) continue;
      found.add(target);
      open.push(target);
    }
  }
  return found;
}

function isOurs(chain: string | undefined): boolean {
  return chain?.startsWith(prefix) === true;
}

function targetOf(rule: RuleSpec): string | undefined {
  return rule[rule.findIndex((word) => word === '-j' || word === '-g') + 1];
}
