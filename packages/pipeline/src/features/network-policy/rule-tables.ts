import { type RuleDirection, tableIds, type TableName } from '@antrea-ts/apis';
import { ruleStage, type RuleStage, type RuleText } from '@antrea-ts/policy';

/** Where the rules of one stage and direction live. */
export interface RuleTables {
  /** Conjunctive matches and the action. */
  readonly rule: TableName;
  /** Drops what no Kubernetes rule allowed, and holds the baseline tier. */
  readonly default: TableName;
  /** Counts per rule; the way on for packets that were judged. */
  readonly metric: TableName;
  readonly afterMetric: TableName;
}

const tables: Record<RuleDirection, Record<RuleStage, RuleTables>> = {
  Out: {
    antrea: rows('AntreaPolicyEgressRule', 'EgressDefaultRule', 'EgressMetric', 'L3Forwarding'),
    kubernetes: rows('EgressRule', 'EgressDefaultRule', 'EgressMetric', 'L3Forwarding'),
    baseline: rows('EgressDefaultRule', 'EgressDefaultRule', 'EgressMetric', 'L3Forwarding'),
  },
  In: {
    antrea: rows('AntreaPolicyIngressRule', 'IngressDefaultRule', 'IngressMetric', 'ConntrackCommit'),
    kubernetes: rows('IngressRule', 'IngressDefaultRule', 'IngressMetric', 'ConntrackCommit'),
    baseline: rows('IngressDefaultRule', 'IngressDefaultRule', 'IngressMetric', 'ConntrackCommit'),
  },
};

function rows(rule: TableName, byDefault: TableName, metric: TableName, afterMetric: TableName): RuleTables {
  return { rule, default: byDefault, metric, afterMetric };
}

export function tablesOf(rule: Pick<RuleText, 'direction' | 'priority'>): RuleTables {
  return tables[rule.direction][ruleStage(rule)];
}

const directions = new Map<number, RuleDirection>(
  (['Out', 'In'] as const).flatMap((direction) =>
    Object.values(tables[direction]).flatMap(({ rule, default: byDefault }) =>
      [rule, byDefault].map((table) => [tableIds[table], direction] as const),
    ),
  ),
);

/** The direction that a table judges; undefined for tables that do not judge. */
export function directionOfTable(id: number): RuleDirection | undefined {
  return directions.get(id);
}
