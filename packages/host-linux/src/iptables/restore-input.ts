import { formatRule } from './rule-text.js';
import { jumpRule, type ChainRules, type Jump, type TableRemoval, type TableRules } from './table-rules.js';

export interface TableWrite {
  readonly table: TableRules['table'];
  readonly chains: readonly ChainRules[];
  readonly jumps: readonly Jump[];
}

/**
 * Input of `iptables-restore --noflush` for one table: naming a chain empties exactly that one, what is not named
 * stays. The kernel takes the whole table at once.
 */
export function renderRestoreInput({ table, chains, jumps }: TableWrite): string {
  return lines([
    `*${table}`,
    ...chains.map(({ chain }) => `:${chain} - [0:0]`),
    ...chains.flatMap(({ chain, rules }) => rules.map((rule) => `-A ${chain} ${formatRule(rule)}`)),
    ...jumps.map((jump) => `-A ${jump.from} ${formatRule(jumpRule(jump))}`),
    'COMMIT',
  ]);
}

/** Takes rules and chains away. */
export function renderRemovalInput({ table, chains, rules }: TableRemoval): string {
  return lines([
    `*${table}`,
    ...chains.map((chain) => `:${chain} - [0:0]`),
    ...rules.map(({ from, rule }) => `-D ${from} ${formatRule(rule)}`),
    ...chains.map((chain) => `-X ${chain}`),
    'COMMIT',
  ]);
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
