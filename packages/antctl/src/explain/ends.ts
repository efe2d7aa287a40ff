import type { Pod } from '@antrea-ts/apis';
import { formatIp, ipEquals, tryParseIp, type IpAddress, type IpFamily } from '@antrea-ts/net-types';
import type { Intent, Packet } from '@antrea-ts/policy/verdict';
import { AntctlError } from '../errors.js';

/** One end of a connection that somebody asks about. */
export interface End {
  /** As it was found: `default/web`, or an address. */
  readonly name: string;
  readonly addresses: readonly IpAddress[];
  /** Node of a Pod. */
  readonly node?: string;
  /** Its addresses are those of its Node. */
  readonly isOnHost: boolean;
}

/** Finds what `--from` or `--to` names: `NAMESPACE/POD`, or an address, which may be a Pod's. */
export function findEnd(flag: 'from' | 'to', text: string, intent: Intent): End {
  const address = tryParseIp(text);
  if (address) {
    const pod = intent.pods.find(
      (each) => !each.spec?.hostNetwork && isRunning(each) && addressesOf(each).some((own) => ipEquals(own, address)),
    );
    return pod ? { ...podEnd(pod), addresses: [address] } : { name: text, addresses: [address], isOnHost: false };
  }
  const [namespace = '', name = '', ...rest] = text.split('/');
  if (namespace === '' || name === '' || rest.length > 0) {
    throw new AntctlError('usage', `--${flag} ${text}: it must be NAMESPACE/POD or an IP address`);
  }
  const isIt = ({ metadata }: { metadata: Pod['metadata'] }): boolean =>
    metadata.namespace === namespace && metadata.name === name;
  const pod = intent.pods.find(isIt);
  if (!pod) {
    const hint = intent.services.some(isIt)
      ? 'is a Service: name a Pod behind it, policies judge what Services lead to'
      : 'there is no such Pod';
    throw new AntctlError('usage', `--${flag} ${text}: ${hint}`);
  }
  if (!isRunning(pod)) throw new AntctlError('request', `Pod ${text} has ended: it has no network any more`);
  const end = podEnd(pod);
  if (end.addresses.length > 0 && end.node) return end;
  throw new AntctlError('request', `Pod ${text} has no address yet: see kubectl -n ${namespace} describe pod ${name}`);
}

export interface AskedProtocol {
  readonly protocol: Packet['protocol'];
  readonly port: number | undefined;
  readonly family: IpFamily | undefined;
}

/** The first packet from one end to the other; of two families IPv4, unless another is asked for. */
export function packetBetween(from: End, to: End, { protocol, port, family }: AskedProtocol): Packet {
  for (const each of family ? [family] : (['ipv4', 'ipv6'] as const)) {
    const source = from.addresses.find((address) => address.family === each);
    const destination = to.addresses.find((address) => address.family === each);
    if (!source || !destination) continue;
    return {
      source,
      destination,
      protocol,
      ...(port === undefined ? {} : { port }),
      ...(from.isOnHost && from.node ? { sourceNode: from.node } : {}),
    };
  }
  throw new AntctlError(
    'usage',
    `${from.name} and ${to.name} have no addresses of one family${family ? ` (--addressFamily ${family.slice(-1)})` : ''}`,
  );
}

/** `default/web (10.10.1.5)`. */
export function endText({ name }: End, address: IpAddress): string {
  const text = formatIp(address);
  return name === text ? text : `${name} (${text})`;
}

function podEnd(pod: Pod): End {
  const { metadata, spec } = pod;
  return {
    name: `${metadata.namespace}/${metadata.name}`,
    addresses: addressesOf(pod),
    ...(spec?.nodeName ? { node: spec.nodeName } : {}),
    isOnHost: spec?.hostNetwork ?? false,
  };
}

function isRunning({ status }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

function addressesOf({ status }: Pod): IpAddress[] {
  const texts = status?.podIPs?.map(({ ip }) => ip) ?? [status?.podIP ?? ''];
  return texts.flatMap((text) => tryParseIp(text) ?? []);
}
