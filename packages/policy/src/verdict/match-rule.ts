import type { NamedPort, PolicyPort } from '@antrea-ts/apis';
import { cidrContains, cidrContainsCidr, tryParseCidr, type IpAddress } from '@antrea-ts/net-types';
import type { Question } from './question.js';
import type { Workload } from './workloads.js';

/** A block of addresses, as it is written. */
export interface WrittenBlock {
  readonly cidr: string;
  readonly except?: readonly string[];
}

/** The other side of a rule, as far as a packet has it there. */
export interface MatchedPeers {
  /** By its address: blocks, and everybody. */
  readonly byAddress: boolean;
  /** By its labels: what it is. */
  readonly members: readonly Workload[];
}

/** What something stands for that cannot be read: nothing in rules that allow, everything in those that deny. */
export type Unreadable = 'nothing' | 'everything';

/**
 * Whether the ports of a rule are those of a packet. Names of ports are the receiver's: of the rule's Pod for what comes
 * in, of the peer for what goes out, and there only of one that is known by its labels.
 */
export function portsMatch(
  ports: readonly PolicyPort[] | undefined,
  peers: MatchedPeers,
  { direction, pod, packet }: Question,
  unreadable: Unreadable,
): boolean {
  const receivers = direction === 'In' ? [pod] : peers.members;
  if (!peers.byAddress && peers.members.length === 0) return false;
  if (!ports?.length) return true;
  return ports.some((written) => {
    const { protocol = 'TCP', port, endPort } = written;
    if (!protocols.includes(protocol)) return unreadable === 'everything';
    if (protocol !== packet.protocol) return false;
    if (isBrokenPort(written)) return unreadable === 'everything';
    if (port === undefined) return true;
    if (typeof port === 'number') return port <= packet.port! && packet.port! <= (endPort ?? port);
    const isIt = (named: NamedPort): boolean =>
      named.name === port && named.protocol === protocol && named.port === packet.port;
    return receivers.some((receiver) => receiver.ports.some(isIt));
  });
}

/** Whether an address is in a block and in none of its exceptions; nothing is in a block that is none. */
export function blockHas(block: WrittenBlock, address: IpAddress): boolean {
  const has = (text: string): boolean => {
    const read = tryParseCidr(text);
    return read !== undefined && cidrContains(read, address);
  };
  const { cidr, except = [] } = block;
  return !isBrokenBlock(block) && has(cidr) && !except.some(has);
}

/** A block that is none, or whose exceptions are not in it. */
export function isBrokenBlock({ cidr, except = [] }: WrittenBlock): boolean {
  const block = tryParseCidr(cidr);
  return (
    !block ||
    except.some((text) => {
      const excepted = tryParseCidr(text);
      return !excepted || !cidrContainsCidr(block, excepted);
    })
  );
}

const protocols: readonly string[] = ['TCP', 'UDP', 'SCTP'];

function isBrokenPort({ port, endPort }: PolicyPort): boolean {
  if (typeof port === 'number' && !isPort(port)) return true;
  return endPort !== undefined && (typeof port !== 'number' || !isPort(endPort) || endPort < port);
}

function isPort(number: number): boolean {
  return Number.isInteger(number) && number >= 0 && number <= 65_535;
}
