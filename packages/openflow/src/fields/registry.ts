import { OpenflowError } from '../errors.js';
import type { Field } from './field.js';
import { fieldRows } from './rows.js';

const byName = new Map<string, Field>();
const byHeader = new Map<number, Field>();
const byExperimenter = new Map<string, Field>();

for (const field of fieldRows) {
  for (const name of [field.name, field.setName, ...field.aliases]) byName.set(name, field);
  for (const { header, experimenter } of [field.oxm, field.nxm]) {
    const key = headerKey(header);
    if (experimenter === undefined) byHeader.set(key, field);
    else byExperimenter.set(`${experimenter}/${key}`, field);
  }
}

/** Class and field number, without mask bit and length. */
function headerKey(header: number): number {
  return header >>> 9;
}

/** The row of a name in any of its spellings (`nw_src`, `ip_src`, `NXM_OF_IP_SRC`), or nothing. */
export function findField(name: string): Field | undefined {
  return byName.get(name);
}

/** The row of a name. Throws `unknown_field`. */
export function fieldByName(name: string): Field {
  const field = byName.get(name);
  if (field === undefined) throw new OpenflowError('unknown_field', `field ${name} is not in the registry`);
  return field;
}

/** The row of an OXM header in either numbering, whatever its mask bit and length. */
export function fieldByHeader(header: number, experimenter?: number): Field | undefined {
  if (experimenter === undefined) return byHeader.get(headerKey(header));
  return byExperimenter.get(`${experimenter}/${headerKey(header)}`);
}
