import { fieldByName } from '../fields/registry.js';
import type { LearnAction, LearnSpec } from '../model/action.js';
import { formatSubField } from './subfield-text.js';
import { formatHex, formatValue } from './value-text.js';

const defaultPriority = 32768;

/** A property that is absent and one that is zero mean the same. */
function number(name: string, value = 0): string[] {
  return value === 0 ? [] : [`${name}=${value}`];
}

/** `learn(table=…)`, without what has its usual value. */
export function formatLearn(action: LearnAction): string {
  const parts = [
    `table=${action.table}`,
    ...number('idle_timeout', action.idleTimeout),
    ...number('hard_timeout', action.hardTimeout),
    ...number('fin_idle_timeout', action.finIdleTimeout),
    ...number('fin_hard_timeout', action.finHardTimeout),
    ...(action.priority === defaultPriority ? [] : [`priority=${action.priority}`]),
    ...(action.sendFlowRemoved === true ? ['send_flow_rem'] : []),
    ...(action.deleteLearned === true ? ['delete_learned'] : []),
    ...(action.cookie === 0n ? [] : [`cookie=${formatHex(action.cookie)}`]),
    ...action.specs.map(formatSpec),
  ];
  return `learn(${parts.join(',')})`;
}

function formatSpec(spec: LearnSpec): string {
  switch (spec.kind) {
    case 'match': {
      const dst = formatSubField(spec.dst);
      const src = formatSubField(spec.src);
      return src === dst ? dst : `${dst}=${src}`;
    }
    case 'match_value': {
      const row = fieldByName(spec.dst.field);
      if (spec.dst.offset !== 0 || spec.dst.bits !== row.bits)
        return `${formatSubField(spec.dst)}=${formatHex(spec.value)}`;
      return `${row.setName}=${formatValue(row, spec.value)}`;
    }
    case 'load':
      return `load:${formatSubField(spec.src)}->${formatSubField(spec.dst)}`;
    case 'load_value':
      return `load:${formatHex(spec.value)}->${formatSubField(spec.dst)}`;
    default:
      return `output:${formatSubField(spec.src)}`;
  }
}
