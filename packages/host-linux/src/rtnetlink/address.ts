import type { InterfaceAddress, IpAddress } from '@antrea-ts/net-types';
import { formatInterfaceAddress } from '@antrea-ts/net-types';
import { ip, u32 } from '../netlink/attribute-codec.js';
import { decodeAttributes, encodeAttributes } from '../netlink/attribute-table.js';
import { hostIsLittleEndian, viewOf } from '../netlink/byte-order.js';
import { messageFlag, type NetlinkMessage } from '../netlink/message.js';
import { nothing, type NetlinkRequest } from '../netlink/request.js';
import { addressFamily, routeMessage } from './message-type.js';
import { concat } from './payload.js';

export interface LinkAddress extends InterfaceAddress {
  readonly linkIndex: number;
  /** Duplicate address detection is still running or failed: not usable. */
  readonly tentative: boolean;
}

const addressAttributes = { address: [1, ip], local: [2, ip], flags: [8, u32], broadcast: [4, ip] } as const;
const headerLength = 8;
const flag = { noDad: 0x02, dadFailed: 0x08, tentative: 0x40 } as const;

/** `struct ifaddrmsg` */
function header(family: number, prefixLength = 0, linkIndex = 0): Uint8Array {
  const bytes = Uint8Array.of(family, prefixLength, 0, 0, 0, 0, 0, 0);
  viewOf(bytes).setUint32(4, linkIndex, hostIsLittleEndian);
  return bytes;
}

function readAddress({ type, payload }: NetlinkMessage): LinkAddress | undefined {
  if (type !== routeMessage.newAddress || payload.length < headerLength) return undefined;
  const view = viewOf(payload);
  const { address, local, flags = 0 } = decodeAttributes(addressAttributes, payload.subarray(headerLength));
  // On a point-to-point link `address` is the other side's; `local` is always ours, but IPv6 may leave it out.
  const own: IpAddress | undefined = local ?? address;
  if (own === undefined) return undefined;
  return {
    address: own,
    prefixLength: view.getUint8(1),
    linkIndex: view.getUint32(4, hostIsLittleEndian),
    tentative: (flags & (flag.tentative | flag.dadFailed)) !== 0,
  };
}

/** Addresses of all links and families. */
export function listAddresses(): NetlinkRequest<readonly LinkAddress[]> {
  return {
    operation: 'list addresses',
    type: routeMessage.getAddress,
    flags: messageFlag.dump,
    payload: header(addressFamily.unspecified),
    read: (messages) => messages.map(readAddress).filter((address) => address !== undefined),
  };
}

/**
 * Adds an address, without duplicate address detection: it is usable at once. Addresses are given out by IPAM, so no
 * other can have it.
 */
export function addAddress(linkIndex: number, address: InterfaceAddress): NetlinkRequest<void> {
  const ipv4 = address.address.family === 'ipv4';
  return {
    operation: `add address ${formatInterfaceAddress(address)}`,
    type: routeMessage.newAddress,
    flags: messageFlag.create | messageFlag.replace,
    payload: concat(
      header(addressFamily[address.address.family], address.prefixLength, linkIndex),
      encodeAttributes(addressAttributes, {
        local: address.address,
        address: address.address,
        ...(ipv4 ? {} : { flags: flag.noDad }),
      }),
    ),
    read: nothing,
  };
}

/** Fails with EADDRNOTAVAIL when it is not there. */
export function deleteAddress(linkIndex: number, address: InterfaceAddress): NetlinkRequest<void> {
  return {
    operation: `delete address ${formatInterfaceAddress(address)}`,
    type: routeMessage.delAddress,
    flags: 0,
    payload: concat(
      header(addressFamily[address.address.family], address.prefixLength, linkIndex),
      encodeAttributes(addressAttributes, { local: address.address, address: address.address }),
    ),
    read: nothing,
  };
}
