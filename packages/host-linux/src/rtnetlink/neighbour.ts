import {
  formatIp,
  macFromBytes,
  macToBytes,
  type IpAddress,
  type IpFamily,
  type MacAddress,
} from '@antrea-ts/net-types';
import { ip, raw, u8 } from '../netlink/attribute-codec.js';
import { decodeAttributes, encodeAttributes } from '../netlink/attribute-table.js';
import { hostIsLittleEndian, viewOf } from '../netlink/byte-order.js';
import { messageFlag, type NetlinkMessage } from '../netlink/message.js';
import { nothing, type NetlinkRequest } from '../netlink/request.js';
import { addressFamily, routeMessage, routeProtocol } from './message-type.js';
import { concat } from './payload.js';

export interface Neighbour {
  readonly linkIndex: number;
  readonly address: IpAddress;
  readonly mac?: MacAddress;
  /** Set by an administrator or program, never aged. */
  readonly permanent: boolean;
}

const neighbourAttributes = { address: [1, ip], mac: [2, raw], protocol: [12, u8] } as const;
const headerLength = 12;
const permanentState = 0x80;

/** `struct ndmsg` */
function header(family: number, linkIndex = 0, state = 0): Uint8Array {
  const bytes = new Uint8Array(headerLength);
  const view = viewOf(bytes);
  view.setUint8(0, family);
  view.setInt32(4, linkIndex, hostIsLittleEndian);
  view.setUint16(8, state, hostIsLittleEndian);
  return bytes;
}

function readNeighbour({ type, payload }: NetlinkMessage): Neighbour | undefined {
  if (type !== routeMessage.newNeighbour || payload.length < headerLength) return undefined;
  const view = viewOf(payload);
  const { address, mac } = decodeAttributes(neighbourAttributes, payload.subarray(headerLength));
  if (address === undefined) return undefined;
  return {
    linkIndex: view.getInt32(4, hostIsLittleEndian),
    address,
    ...(mac?.length === 6 ? { mac: macFromBytes(mac) } : {}),
    permanent: (view.getUint16(8, hostIsLittleEndian) & permanentState) !== 0,
  };
}

export function listNeighbours(family: IpFamily): NetlinkRequest<readonly Neighbour[]> {
  return {
    operation: `list ${family} neighbours`,
    type: routeMessage.getNeighbour,
    flags: messageFlag.dump,
    payload: header(addressFamily[family]),
    read: (messages) => messages.map(readNeighbour).filter((neighbour) => neighbour !== undefined),
  };
}

/** A permanent entry with our protocol number; replaces what is there. */
export function setNeighbour(linkIndex: number, address: IpAddress, mac: MacAddress): NetlinkRequest<void> {
  return {
    operation: `set neighbour ${formatIp(address)}`,
    type: routeMessage.newNeighbour,
    flags: messageFlag.create | messageFlag.replace,
    payload: concat(
      header(addressFamily[address.family], linkIndex, permanentState),
      encodeAttributes(neighbourAttributes, { address, mac: macToBytes(mac), protocol: routeProtocol.antrea }),
    ),
    read: nothing,
  };
}

/** Fails with ENOENT when it is not there. */
export function deleteNeighbour(linkIndex: number, address: IpAddress): NetlinkRequest<void> {
  return {
    operation: `delete neighbour ${formatIp(address)}`,
    type: routeMessage.delNeighbour,
    flags: 0,
    payload: concat(
      header(addressFamily[address.family], linkIndex),
      encodeAttributes(neighbourAttributes, { address }),
    ),
    read: nothing,
  };
}
