import type { Action, FieldMatch, Flow, Instruction, Meter } from '@antrea-ts/openflow';
import type { RuleText } from '@antrea-ts/policy';
import { type RuleDirection, tableIds } from '@antrea-ts/apis';
import type { IpFamily } from '@antrea-ts/net-types';
import { cookie } from '../../cookie.js';
import { ctState, ofFamily, priority } from '../../flow-builder.js';
import { cutsEstablished, type NodeProfile } from '../../profile.js';
import { controllerReason, ctZone, disposition, load, registerIs, registers } from '../../registers.js';
import { tablesOf } from './rule-tables.js';

/** What of an agent's configuration shows in the flows of its policies. */
export interface PolicySettings {
  /** Whom packets are sent to. Has to outlive a restart of the agent, or every logging flow is written anew. */
  readonly controllerId: number;
  /** Packets to the controller pass a meter (`policyMeter`), which has to be there before them. */
  readonly meters: boolean;
  /** Denied packets are told to the controller (FlowExporter). */
  readonly denyTracking: boolean;
}

/** Bounds what policies send to the controller, in packets per second. */
export const policyMeter: Meter = {
  meter: 1,
  flags: ['pktps', 'burst', 'stats'],
  bands: [{ kind: 'drop', rate: 100, burst: 200 }],
};

/** A conjunction on the switch. */
export interface PlacedRule {
  readonly text: RuleText;
  readonly conjunctionId: number;
  /** Of its action flow. */
  readonly priority: number;
  readonly hash: number;
}

/** What happens to packets that meet every clause of a rule, and the flows that count them. */
export function actionFlows(profile: NodeProfile, settings: PolicySettings, rule: PlacedRule): Flow[] {
  return rule.text.action === 'Allow' ? allowFlows(profile, settings, rule) : denyFlows(profile, settings, rule);
}

function allowFlows(profile: NodeProfile, settings: PolicySettings, rule: PlacedRule): Flow[] {
  const logging = rule.text.enableLogging && rule.text.priority !== undefined;
  // Where established connections are judged too, only their beginning is logged.
  const variants =
    logging && cutsEstablished(profile)
      ? [
          { logging: true, state: [ctState({ new: true })] },
          { logging: false, state: [ctState({ new: false })] },
        ]
      : [{ logging, state: [] }];
  return profile.families.flatMap((family) => [
    ...variants.map((variant) => allowFlow(profile, settings, rule, family, variant)),
    ...[true, false].map((isNew) => allowMetric(profile, rule, family, isNew)),
  ]);
}

function allowFlow(
  profile: NodeProfile,
  settings: PolicySettings,
  rule: PlacedRule,
  family: IpFamily,
  { logging, state }: { readonly logging: boolean; readonly state: readonly FieldMatch[] },
): Flow {
  const { text, conjunctionId: id } = rule;
  const tables = tablesOf(text);
  const { register, labelOffset } = ends[text.direction];
  const actions: Action[] = [
    load(register, id),
    ...(logging
      ? [load(registers.disposition, disposition.allow), ...toController(settings, controllerReason.logging)]
      : []),
    {
      kind: 'ct',
      commit: true,
      table: tableIds[tables.metric],
      zone: ctZone[family],
      exec: [{ kind: 'reg_load', dst: { field: 'ct_label', offset: labelOffset, bits: 32 }, value: id }],
    },
  ];
  return {
    table: tableIds[tables.rule],
    priority: rule.priority,
    cookie: cookie(profile.cookieRound, 'Policy', rule.hash),
    match: [{ field: 'conj_id', value: id }, ...state, ofFamily(family)],
    instructions: [...metered(settings, logging), { kind: 'apply_actions', actions }],
  };
}

function allowMetric(
  profile: NodeProfile,
  { text, conjunctionId }: PlacedRule,
  family: IpFamily,
  isNew: boolean,
): Flow {
  const tables = tablesOf(text);
  const { labelOffset } = ends[text.direction];
  const shift = BigInt(labelOffset);
  return {
    table: tableIds[tables.metric],
    priority: priority.normal,
    cookie: cookie(profile.cookieRound, 'Policy'),
    match: [
      ctState({ new: isNew }),
      { field: 'ct_label', value: BigInt(conjunctionId) << shift, mask: 0xffff_ffffn << shift },
      ofFamily(family),
    ],
    instructions: [{ kind: 'goto_table', table: tableIds[tables.afterMetric] }],
  };
}

function denyFlows(profile: NodeProfile, settings: PolicySettings, rule: PlacedRule): Flow[] {
  const { text, conjunctionId: id } = rule;
  const tables = tablesOf(text);
  const reject = text.action === 'Reject';
  const reasons =
    (settings.denyTracking ? controllerReason.deny : 0) |
    (text.enableLogging ? controllerReason.logging : 0) |
    (reject ? controllerReason.reject : 0);
  const actions = [
    load(registers.denyingConjunction, id),
    load(registers.policyDeny, 1),
    // 1.3 leaves it out for a plain reject, and then takes the packet for one that was allowed.
    ...(reasons === 0 ? [] : [load(registers.disposition, reject ? disposition.reject : disposition.drop)]),
    ...(reasons === 0 ? [] : toController(settings, reasons)),
  ];
  return [
    {
      table: tableIds[tables.rule],
      priority: rule.priority,
      cookie: cookie(profile.cookieRound, 'Policy', rule.hash),
      match: [{ field: 'conj_id', value: id }],
      instructions: [
        ...metered(settings, reasons !== 0),
        { kind: 'apply_actions', actions },
        { kind: 'goto_table', table: tableIds[tables.metric] },
      ],
    },
    {
      table: tableIds[tables.metric],
      priority: priority.normal,
      cookie: cookie(profile.cookieRound, 'Policy'),
      match: [registerIs(registers.policyDeny, 1), registerIs(registers.denyingConjunction, id)],
      instructions: [],
    },
  ];
}

/** Drops what no rule of a Kubernetes policy allowed, for one address or port of a Pod that a policy isolates. */
export function isolationFlow(
  profile: NodeProfile,
  settings: PolicySettings,
  direction: RuleDirection,
  match: readonly FieldMatch[],
): Flow {
  const tracked = [load(registers.disposition, disposition.drop), ...toController(settings, controllerReason.deny)];
  return {
    table: tableIds[tablesOf({ direction }).default],
    priority: priority.normal,
    cookie: cookie(profile.cookieRound, 'Default'),
    match,
    instructions: settings.denyTracking ? [{ kind: 'apply_actions', actions: tracked }] : [],
  };
}

/** Where a direction keeps the conjunction that allowed: a register, and its half of the connection's label. */
const ends = {
  In: { register: registers.ingressConjunction, labelOffset: 0 },
  Out: { register: registers.egressConjunction, labelOffset: 32 },
} as const;

function toController({ controllerId }: PolicySettings, reasons: number): Action[] {
  return [
    load(registers.controllerReason, reasons),
    { kind: 'controller', maxLength: 128, controllerId, reason: 'no_match' },
  ];
}

function metered({ meters }: PolicySettings, sends: boolean): Instruction[] {
  return meters && sends ? [{ kind: 'meter', meter: policyMeter.meter }] : [];
}
