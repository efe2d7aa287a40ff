import type { ControlplaneIpBlock, ControlplaneIpNet } from '@antrea-ts/apis';
import { cidrContainsCidr, parseCidr, type Cidr } from '@antrea-ts/net-types';
import { wireAddress } from './entity.js';
import type { Shape } from './shape.js';

/** What a rule asks for and cannot be: such a rule is refused as a whole. The message names the field. */
export class UnusableRule extends Error {
  override readonly name = 'UnusableRule';
}

/** Throws `UnusableRule` for what is not as a shape has it. */
export function assertShape(shape: Shape, value: unknown, field: string): void {
  const problem = shape(value);
  if (problem) throw new UnusableRule(`${field}${problem.path} ${problem.what}`);
}

/** Every address there is. */
export const anywhere: readonly ControlplaneIpBlock[] = [
  { cidr: wireNet(parseCidr('0.0.0.0/0')) },
  { cidr: wireNet(parseCidr('::/0')) },
];

/** A block of addresses. Throws `UnusableRule` when it is none, or an exception lies outside of it. */
export function wireBlock(
  { cidr, except = [] }: { readonly cidr: string; readonly except?: readonly string[] },
  field: string,
): ControlplaneIpBlock {
  const block = readCidr(cidr, `${field}.cidr`);
  const excepted = except.map((text, index) => readCidr(text, `${field}.except[${index}]`));
  for (const [index, each] of excepted.entries()) {
    if (!cidrContainsCidr(block, each)) {
      throw new UnusableRule(`${field}.except[${index}] ${except[index]} is not within ${cidr}`);
    }
  }
  return { cidr: wireNet(block), ...(excepted.length > 0 ? { except: excepted.map(wireNet) } : {}) };
}

/** A net as the controller writes it. */
export function wireNet({ address, prefixLength }: Cidr): ControlplaneIpNet {
  return { ip: wireAddress(address), prefixLength };
}

function readCidr(text: string, field: string): Cidr {
  try {
    return parseCidr(text);
  } catch (cause) {
    throw new UnusableRule(`${field} ${text} is no CIDR`, { cause });
  }
}
