import { setTimeout as wait } from 'node:timers/promises';
import { formatInterfaceAddress, isLinkLocal } from '@antrea-ts/net-types';
import { HostError, type DesiredGateway, type HostInterface } from '@antrea-ts/host';
import { listInterfaces } from './interfaces.js';
import type { AsyncNetlink } from './netlink/async-netlink.js';
import type { NetlinkRequest } from './netlink/request.js';
import { addAddress, deleteAddress } from './rtnetlink/address.js';
import { setLink } from './rtnetlink/link.js';
import { readSysctl, writeSysctl } from './sysctl.js';
import { isSystemError } from './system-error.js';
import { translateError } from './translate-error.js';

export interface GatewayOptions {
  readonly signal: AbortSignal;
  /** How long to wait for an interface that Open vSwitch is still making, in milliseconds. */
  readonly appearTimeout: number;
}

const pollInterval = 100;

interface Step {
  /** What to report; empty for a precaution. */
  readonly change: string;
  readonly request: NetlinkRequest<void>;
}

/** Makes the gateway interface so and reads it back. */
export async function ensureGateway(netlink: AsyncNetlink, desired: DesiredGateway, options: GatewayOptions) {
  const { signal } = options;
  try {
    const current = await appeared(netlink, desired.name, options);
    const changes = enableIpv6(desired) ? ['IPv6 switched on'] : [];
    const steps = planSteps(current, desired);
    for (const { change, request } of steps) {
      await unlessGone(netlink.request(request, { signal }));
      if (change !== '') changes.push(change);
    }
    const after = changes.length === 0 ? current : await find(netlink, desired.name, signal);
    return { interface: after ?? current, changes };
  } catch (error) {
    signal.throwIfAborted();
    throw translateError(`set up gateway ${desired.name}`, error);
  }
}

function planSteps(current: HostInterface, desired: DesiredGateway): readonly Step[] {
  const { index, name } = current;
  const steps: Step[] = [];
  if (current.mtu !== desired.mtu) {
    steps.push({
      change: `MTU changed from ${current.mtu} to ${desired.mtu}`,
      request: setLink(index, { mtu: desired.mtu }, name),
    });
  }
  if (!current.up) steps.push({ change: 'set up', request: setLink(index, { up: true }, name) });
  const wanted = new Set(desired.addresses.map(formatInterfaceAddress));
  const extra = current.addresses.filter(
    (held) => !isLinkLocal(held.address) && !wanted.has(formatInterfaceAddress(held)),
  );
  for (const address of extra) {
    const change = `address ${formatInterfaceAddress(address)} removed`;
    steps.push({ change, request: deleteAddress(index, address) });
  }
  const there = new Set(current.addresses.map(formatInterfaceAddress));
  for (const address of desired.addresses) {
    const text = formatInterfaceAddress(address);
    const request = addAddress(index, address);
    if (!there.has(text)) steps.push({ change: `address ${text} added`, request });
    // With an address that goes, the kernel removes others of its subnet: adding is repeated to be sure.
    else if (extra.length > 0) steps.push({ change: '', request });
  }
  return steps;
}

/** Open vSwitch's ports may be made with IPv6 off, where the system's default is so. */
function enableIpv6({ name, addresses }: DesiredGateway): boolean {
  const path = `net/ipv6/conf/${name}/disable_ipv6`;
  const wanted = addresses.some(({ address }) => address.family === 'ipv6');
  return wanted && readSysctl(path) === '1' && writeSysctl(path, 0);
}

async function appeared(netlink: AsyncNetlink, name: string, options: GatewayOptions): Promise<HostInterface> {
  const deadline = performance.now() + options.appearTimeout;
  for (;;) {
    const found = await find(netlink, name, options.signal);
    if (found) return found;
    if (performance.now() >= deadline) {
      throw new HostError(
        'interface-missing',
        `set up gateway ${name}: there is no such interface; Open vSwitch makes it as internal port of the bridge, ` +
          'see the log of ovs-vswitchd',
      );
    }
    await wait(pollInterval, undefined, { signal: options.signal });
  }
}

async function find(netlink: AsyncNetlink, name: string, signal: AbortSignal) {
  return (await listInterfaces(netlink, { signal })).find((candidate) => candidate.name === name);
}

/** An address that is gone already need not be removed. */
async function unlessGone(request: Promise<void>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isSystemError(error, 'EADDRNOTAVAIL')) throw error;
  }
}
