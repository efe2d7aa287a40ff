import { renderTable, type Column } from '../output/table.js';
import { policyText, type DecisionPair } from './compare.js';

interface Row {
  readonly end: string;
  readonly node: string;
  readonly side: string;
  readonly verdict: string;
  readonly policy?: string | undefined;
  readonly tier?: string | undefined;
  readonly priority?: number | undefined;
  readonly rule?: string | undefined;
  readonly flow?: string | undefined;
}

/** Columns of the table of decisions. */
export const explanationColumns: readonly Column<Row>[] = [
  { name: 'END', cell: ({ end }) => end },
  { name: 'NODE', cell: ({ node }) => node },
  { name: 'BY', cell: ({ side }) => side },
  { name: 'VERDICT', cell: ({ verdict }) => verdict },
  { name: 'POLICY', cell: ({ policy }) => policy },
  { name: 'TIER', cell: ({ tier }) => tier },
  { name: 'PRIORITY', cell: ({ priority }) => priority },
  { name: 'RULE', cell: ({ rule }) => rule },
  { name: 'FLOW', cell: ({ flow }) => flow },
];

/** The rows of both sides, one above the other for each end. */
export function renderDecisions(pairs: readonly DecisionPair[], wide: boolean): string {
  return renderTable(explanationColumns, pairs.flatMap(rowsOf), { wide, keepOrder: true });
}

const noRule = { isolation: 'isolated', bypass: 'not asked', none: 'no rule' } as const;

function rowsOf({ node, intent, installed }: DecisionPair): Row[] {
  const direction = (intent ?? installed)?.direction;
  const at = { end: direction === 'Out' ? 'egress' : 'ingress', node };
  const rows: Row[] = [];
  if (intent) {
    const [rule] = intent.rules;
    rows.push({
      ...at,
      side: 'intent',
      verdict: intent.by === 'rule' ? intent.action : `${intent.action} (${intent.reason ?? noRule[intent.by]})`,
      policy: rule ? policyText(rule.policy) : intent.isolatedBy.map(policyText).join(',') || undefined,
      tier: rule?.tier?.name,
      priority: rule?.priority,
      rule: rule && ruleText(rule.index, rule.name),
    });
  }
  if (installed) {
    const { rule, by, flow, conjunctionId } = installed;
    rows.push({
      ...at,
      side: 'flows',
      verdict:
        by === 'rule'
          ? (rule?.action ?? `unknown conjunction ${conjunctionId}`)
          : `${by === 'isolation' ? 'Drop' : 'Allow'} (${noRule[by]})`,
      policy: rule && policyText(rule.policy),
      tier: rule?.tierPriority === undefined ? undefined : String(rule.tierPriority),
      priority: rule?.priority,
      rule: rule?.index === undefined ? rule?.name : ruleText(rule.index, rule.name),
      flow,
    });
  } else rows.push({ ...at, side: 'flows', verdict: 'unknown' });
  return rows;
}

function ruleText(index: number, name: string | undefined): string {
  return name === undefined ? String(index) : `${index} ${name}`;
}
