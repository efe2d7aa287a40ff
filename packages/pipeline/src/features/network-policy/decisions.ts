import type { Flow } from '@antrea-ts/openflow';
import { type RuleDirection, tableIds } from '@antrea-ts/apis';
import type { Evaluation, EvaluatedStep } from '../../evaluator/evaluate.js';
import { parseCookie } from '../../cookie.js';
import { controllerReason, registers } from '../../registers.js';
import { directionOfTable } from './rule-tables.js';

/** What of a packet's way decided about it in one direction. */
export interface PolicyDecision {
  readonly direction: RuleDirection;
  readonly table: number;
  /**
   * `rule`: a conjunction. `isolation`: a Kubernetes policy selects the Pod and none allows the packet. `bypass`: known
   * connections, the Node's own probes, a Pod's packets to itself. `none`: no policy had anything to say.
   */
  readonly by: 'rule' | 'isolation' | 'bypass' | 'none';
  readonly conjunctionId?: number;
  readonly flow: Flow;
}

const defaultTables: ReadonlySet<number> = new Set([tableIds.EgressDefaultRule, tableIds.IngressDefaultRule]);

/** The decisions on a packet's way through the policy tables, in its order: at most one for each direction. */
export function policyDecisions({ path }: Pick<Evaluation, 'path'>): PolicyDecision[] {
  const last = new Map<RuleDirection, PolicyDecision>();
  for (const step of path) {
    const decision = decisionOf(step);
    // A miss leads to the next table: what counts is the last that says something.
    if (decision) last.set(decision.direction, decision);
  }
  return [...last.values()];
}

function decisionOf({ table, found }: EvaluatedStep): PolicyDecision | undefined {
  const direction = directionOfTable(table);
  if (direction === undefined || found === undefined) return undefined;
  const { flow, conjunction } = found;
  const at = { direction, table, flow };
  if (conjunction) return { ...at, by: 'rule', conjunctionId: conjunction.id };
  if (flow.priority === 0) return { ...at, by: 'none' };
  const isolates = defaultTables.has(table) && !flow.instructions.some(({ kind }) => kind === 'goto_table');
  return { ...at, by: isolates && parseCookie(flow.cookie).category === 'Default' ? 'isolation' : 'bypass' };
}

/** Whether packets that went to the controller are to be answered with a rejection. */
export function isRejected({ toController }: Pick<Evaluation, 'toController'>): boolean {
  return toController.some(
    ({ packet }) => (Number(packet.getBits(registers.controllerReason)) & controllerReason.reject) !== 0,
  );
}
