import { ipFromValue } from '@antrea-ts/net-types';
import type { RuleIpBlock } from './completed-rule.js';

/**
 * Blocks of addresses as a rule keeps them: one of IPv4 without exceptions, as nearly all are, is a number, its address
 * before six bits of prefix length. A list of such numbers takes 8 bytes for each, a list of objects 200, and a policy
 * may have ten thousands.
 */
export type RuleBlocks = readonly (number | RuleIpBlock)[];

const lengths = 64;

export function packBlocks(blocks: readonly RuleIpBlock[]): RuleBlocks {
  return blocks.map((block) => {
    const { address, prefixLength } = block.cidr;
    return address.family === 'ipv4' && block.except.length === 0 ? address.value * lengths + prefixLength : block;
  });
}

const noExceptions: RuleIpBlock['except'] = [];

export function unpackBlocks(blocks: RuleBlocks): readonly RuleIpBlock[] {
  return blocks.map((block) => {
    if (typeof block !== 'number') return block;
    const address = ipFromValue('ipv4', Math.floor(block / lengths));
    return { cidr: { address, prefixLength: block % lengths }, except: noExceptions };
  });
}
