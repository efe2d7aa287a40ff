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
