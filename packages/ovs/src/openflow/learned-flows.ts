import type { Action, Flow, Instruction, LearnAction } from '@antrea-ts/openflow';

/**
 * Flows without those that the switch made itself: the ones with table, priority and cookie that a `learn` action of
 * another flow among them writes. What was learned by a flow that is gone stays in, and so gets swept.
 */
export function withoutLearned<F extends Flow>(flows: readonly F[]): F[] {
  const learning = new Set(flows.flatMap(({ instructions }) => instructions.flatMap(learnActions)).map(learnedKey));
  return learning.size === 0 ? [...flows] : flows.filter((flow) => !learning.has(learnedKey(flow)));
}

function learnActions(instruction: Instruction): LearnAction[] {
  if (instruction.kind !== 'apply_actions') return [];
  return instruction.actions.filter((action: Action): action is LearnAction => action.kind === 'learn');
}

function learnedKey({ table, priority, cookie }: Flow | LearnAction): string {
  return `${table}/${priority}/${cookie}`;
}
