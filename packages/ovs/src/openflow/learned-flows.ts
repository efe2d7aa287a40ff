import type { Flow, Instruction, LearnAction } from '@antrea-ts/openflow';

/**
 * Tells flows that the switch made itself from the others: they have table, priority and cookie that a `learn` action of
 * another flow writes. What was learned by a flow that is gone counts as any other, and so gets swept.
 */
export class LearnedFlows {
  /** By table: hardly any flow is in one that is learned into. */
  readonly #kinds = new Map<number, Set<string>>();

  /** Takes note of what a flow learns. */
  note({ instructions }: Flow): void {
    for (const instruction of instructions) for (const learn of learnActions(instruction)) this.#add(learn);
  }

  /** Whether a flow was learned, by those that were noted. */
  has(flow: Flow): boolean {
    return this.#kinds.get(flow.table)?.has(learnedKey(flow)) ?? false;
  }

  #add(learn: LearnAction): void {
    const { table } = learn;
    this.#kinds.set(table, (this.#kinds.get(table) ?? new Set()).add(learnedKey(learn)));
  }
}

/** Flows without those that the switch learned from others of them. */
export function withoutLearned<F extends Flow>(flows: readonly F[]): F[] {
  const learned = new LearnedFlows();
  for (const flow of flows) learned.note(flow);
  return flows.filter((flow) => !learned.has(flow));
}

const none: readonly LearnAction[] = [];

function learnActions(instruction: Instruction): readonly LearnAction[] {
  if (instruction.kind !== 'apply_actions' || !instruction.actions.some(isLearn)) return none;
  return instruction.actions.filter(isLearn);
}

function isLearn(action: { readonly kind: string }): action is LearnAction {
  return action.kind === 'learn';
}

function learnedKey({ priority, cookie }: Flow | LearnAction): string {
  return `${priority}/${cookie}`;
}
