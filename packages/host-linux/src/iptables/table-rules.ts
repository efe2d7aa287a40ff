/** One rule as arguments, without `-A CHAIN`, spelled and ordered as `iptables -S` prints it. */
export type RuleSpec = readonly string[];

export interface ChainRules {
  readonly chain: string;
  readonly rules: readonly RuleSpec[];
}

/** A rule in a built-in chain that leads to one of ours. */
export interface Jump {
  readonly from: string;
  readonly to: string;
  readonly comment: string;
}

/** All that is ours in one table of one family. */
export interface TableRules {
  readonly table: 'raw' | 'mangle' | 'filter' | 'nat';
  readonly jumps: readonly Jump[];
  readonly chains: readonly ChainRules[];
}

/** What shall go from one table: rules first, then chains with all that is in them. */
export interface TableRemoval {
  readonly table: TableRules['table'];
  readonly rules: readonly { readonly from: string; readonly rule: RuleSpec }[];
  readonly chains: readonly string[];
}

export function jumpRule({ to, comment }: Jump): RuleSpec {
  return ['-m', 'comment', '--comment', comment, '-j', to];
}
