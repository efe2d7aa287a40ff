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
export {
  readSnapshot,
  snapshotLimit,
  writeSnapshot,
  type PolicySnapshot,
  type ReadSnapshot,
  type SnapshotTexts,
} from './node/snapshot.js';
export type { ClusterObjectKind, ClusterObjects } from './cluster/cluster-objects.js';
export { ClusterPolicies } from './cluster/cluster-policies.js';
export type { ClusterChanges, GroupChange, GroupView, PolicyChange, PolicyView } from './cluster/views.js';
export type { MemberChanges } from './cluster/computed-group.js';
export type { PlacedMember } from './cluster/entity.js';
export type { Span } from './cluster/spans.js';
export type { ConvertedPolicy } from './cluster/converted-policy.js';
export type { PolicyProblem } from './cluster/unreadable.js';
export { EqualPriorities, type EqualPriority } from './cluster/equal-priorities.js';
export { wireNet } from './cluster/wire-blocks.js';
export { groupName, type Sha1 } from './cluster/group-name.js';
export {
  convertClusterGroup,
  currentClusterGroupSpec,
  validateClusterGroup,
  type ClusterGroupFacts,
} from './validation/cluster-group.js';
export { mutateNamespace } from './validation/mutate-namespace.js';
export { mutatePolicy, type PatchStep } from './validation/mutate-policy.js';
export { validatePolicy, type PolicyFacts, type Refused } from './validation/policy-rules.js';
export { validateTierCreate, validateTierDelete, validateTierUpdate, type TierFacts } from './validation/tier.js';
