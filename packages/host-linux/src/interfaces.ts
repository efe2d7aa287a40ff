import type { HostInterface } from '@antrea-ts/host';
import type { AsyncNetlink } from './netlink/async-netlink.js';
import { listAddresses, type LinkAddress } from './rtnetlink/address.js';
import { listLinks, type Link } from './rtnetlink/link.js';

const ethernet = 1;

export async function listInterfaces(
  netlink: AsyncNetlink,
  { signal }: { signal: AbortSignal },
): Promise<readonly HostInterface[]> {
  const links = await netlink.request(listLinks(), { signal });
  const addresses = await netlink.request(listAddresses(), { signal });
  return links.map((link) => toHostInterface(link, addresses));
}

function toHostInterface(link: Link, addresses: readonly LinkAddress[]): HostInterface {
  const { name, index, mac, mtu, up } = link;
  return {
    name,
    index,
    ...(mac === undefined || link.hardware !== ethernet ? {} : { mac }),
    mtu,
    up,
    addresses: addresses
      .filter(({ linkIndex }) => linkIndex === index)
      .map(({ address, prefixLength }) => ({ address, prefixLength })),
  };
}
