import { s32, u32 } from '../netlink/attribute-codec.js';
import { decodeAttributes, encodeAttributes } from '../netlink/attribute-table.js';
import type { NetlinkRequest } from '../netlink/request.js';
import { routeMessage } from './message-type.js';
import { concat } from './payload.js';

const nsidAttributes = { id: [1, s32], fd: [3, u32] } as const;
/** `struct rtgenmsg`, padded */
const header = new Uint8Array(4);

/** The id that this namespace knows another one by; `undefined` when it has none, so that no link of ours leads there. */
export function getNetnsId(fd: number): NetlinkRequest<number | undefined> {
  return {
    operation: 'get id of network namespace',
    type: routeMessage.getNsid,
    flags: 0,
    payload: concat(header, encodeAttributes(nsidAttributes, { fd })),
    read(messages) {
      const payload = messages[0]?.payload.subarray(header.length);
      const id = payload && decodeAttributes(nsidAttributes, payload).id;
      return id === undefined || id < 0 ? undefined : id;
    },
  };
}
