import type { ControlplaneIpBlock, ControlplaneIpNet } from '@antrea-ts/apis';
import { cidrContainsCidr, parseCidr, tryParseCidr, type Cidr } from '@antrea-ts/net-types';
import { wireAddress } from './entity.js';
import { show } from './unreadable.js';

/** Every address there is. */
export const anywhere: readonly ControlplaneIpBlock[] = [
  { cidr: wireNet(parseCidr('0.0.0.0/0')) },
  { cidr: wireNet(parseCidr('::/0')) },
];

/** A block of addresses; text that says what is wrong when it is none, or an exception lies outside of it. */
export function wireBlock(
  { cidr, except = [] }: { readonly cidr: string; readonly except?: readonly string[] },
  field: string,
): ControlplaneIpBlock | string {
  // Also what is no text at all may have been stored.
  const block = typeof cidr === 'string' ? tryParseCidr(cidr) : undefined;
  if (!block) return notCidr(cidr, `${field}.cidr`);
  if (except.length === 0) return { cidr: wireNet(block) };
  const excepted: ControlplaneIpNet[] = [];
  for (const [index, text] of except.entries()) {
    const here = `${field}.except[${index}]`;
    const each = tryParseCidr(text);
    if (!each) return notCidr(text, here);
    if (!cidrContainsCidr(block, each)) return `${here} ${text} is not within ${cidr}`;
    excepted.push(wireNet(each));
  }
  return { cidr: wireNet(block), except: excepted };
}

export function notCidr(text: unknown, field: string): string {
  return `${field} ${show(text)} is no CIDR`;
}

/** A net as the controller writes it. */
export function wireNet({ address, prefixLength }: Cidr): ControlplaneIpNet {
  return { ip: wireAddress(address), prefixLength };
}
