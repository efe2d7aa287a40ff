export type {
  CompletedRule,
  RuleChanges,
  RuleIpBlock,
  RuleMember,
  RulePatch,
  RulePriority,
  RuleText,
} from './node/completed-rule.js';
export { baselineTierPriority, compareRules, ruleStage, type RuleStage } from './node/rule-order.js';
export { NodeRules, type ControlplaneKind, type GroupKind, type NodePolicy, type Refusal } from './node/node-rules.js';
export { readSnapshot, snapshotLimit, writeSnapshot, type PolicySnapshot, type ReadSnapshot } from './node/snapshot.js';
