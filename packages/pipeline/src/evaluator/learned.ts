import type { Action, FieldMatch, Flow, LearnAction } from '@antrea-ts/openflow';
import { fieldName, type PacketState } from './packet-state.js';

/** The flow that a `learn` action makes of a packet. */
export function learnedFlow({ table, priority, cookie, hardTimeout, specs }: LearnAction, packet: PacketState): Flow {
  const match: FieldMatch[] = [];
  const actions: Action[] = [];
  for (const spec of specs) {
    switch (spec.kind) {
      case 'match':
        match.push({ field: fieldOf(spec.dst.field), value: packet.getBits(spec.src) });
        break;
      case 'match_value':
        match.push({ field: spec.dst.field, value: spec.value });
        break;
      case 'load':
        actions.push({ kind: 'reg_load', dst: spec.dst, value: packet.getBits(spec.src) });
        break;
      case 'load_value':
        actions.push({ kind: 'reg_load', dst: spec.dst, value: spec.value });
        break;
      case 'output':
        actions.push({ kind: 'output', port: Number(packet.getBits(spec.src)) });
        break;
    }
  }
  return {
    table,
    priority,
    cookie,
    match,
    instructions: [{ kind: 'apply_actions', actions }],
    ...(hardTimeout === undefined ? {} : { hardTimeout }),
  };
}

function fieldOf(name: string): string {
  return fieldName(name) === 'tp_dst' ? name : fieldName(name);
}

/** Whether one of the flows would still learn this one (`delete_learned`). */
export function isTaught({ table, priority, cookie }: Flow, flows: readonly Flow[]): boolean {
  return flows.some(({ instructions }) =>
    instructions.some(
      (instruction) =>
        instruction.kind === 'apply_actions' &&
        instruction.actions.some(
          (action) =>
            action.kind === 'learn' &&
            action.table === table &&
            action.priority === priority &&
            action.cookie === cookie,
        ),
    ),
  );
}
