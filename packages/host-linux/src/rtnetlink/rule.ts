import type { IpFamily } from '@antrea-ts/net-types';
import { u32, u8 } from '../netlink/attribute-codec.js';
import { decodeAttributes, encodeAttributes } from '../netlink/attribute-table.js';
import { viewOf } from '../netlink/byte-order.js';
import { messageFlag, type NetlinkMessage } from '../netlink/message.js';
import { nothing, type NetlinkRequest } from '../netlink/request.js';
import { addressFamily, routeMessage } from './message-type.js';
import { concat } from './payload.js';

/** A policy routing rule: packets with this mark look into this table. */
export interface Rule {
  readonly family: IpFamily;
  readonly priority: number;
  readonly table: number;
  readonly mark?: number;
  readonly mask?: number;
  readonly protocol: number;
}

const ruleAttributes = {
  priority: [6, u32],
  mark: [10, u32],
  table: [15, u32],
  mask: [16, u32],
  protocol: [21, u8],
} as const;

const headerLength = 12;
const actionToTable = 1;

/** `struct fib_rule_hdr` */
function header(family: IpFamily, table = 0, action = 0): Uint8Array {
  return Uint8Array.of(addressFamily[family], 0, 0, 0, table > 255 ? 0 : table, 0, 0, action, 0, 0, 0, 0);
}

function readRule({ type, payload }: NetlinkMessage): Rule | undefined {
  if (type !== routeMessage.newRule || payload.length < headerLength) return undefined;
  const view = viewOf(payload);
  if (view.getUint8(7) !== actionToTable) return undefined;
  const values = decodeAttributes(ruleAttributes, payload.subarray(headerLength));
  const { mark, mask } = values;
  return {
    family: view.getUint8(0) === addressFamily.ipv4 ? 'ipv4' : 'ipv6',
    priority: values.priority ?? 0,
    table: values.table ?? view.getUint8(4),
    protocol: values.protocol ?? 0,
    ...(mark === undefined ? {} : { mark }),
    ...(mask === undefined ? {} : { mask }),
  };
}

export function listRules(family: IpFamily): NetlinkRequest<readonly Rule[]> {
  return {
    operation: `list ${family} rules`,
    type: routeMessage.getRule,
    flags: messageFlag.dump,
    payload: header(family),
    read: (messages) => messages.map(readRule).filter((rule) => rule !== undefined),
  };
}

/** Fails with EEXIST when the same rule is there. */
export function addRule(rule: Rule): NetlinkRequest<void> {
  return changeRule('add', routeMessage.newRule, messageFlag.create | messageFlag.excl, rule);
}

/** Fails with ENOENT when it is not there. */
export function deleteRule(rule: Rule): NetlinkRequest<void> {
  return changeRule('delete', routeMessage.delRule, 0, rule);
}

function changeRule(verb: string, type: number, flags: number, rule: Rule): NetlinkRequest<void> {
  const { family, ...values } = rule;
  return {
    operation: `${verb} ${family} rule ${rule.priority} to table ${rule.table}`,
    type,
    flags,
    payload: concat(header(family, rule.table, actionToTable), encodeAttributes(ruleAttributes, values)),
    read: nothing,
  };
}
