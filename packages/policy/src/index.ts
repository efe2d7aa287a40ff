export type { CompletedRule, RulePriority } from './node/completed-rule.js';
