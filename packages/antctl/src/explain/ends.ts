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
  /** Of a client outside of the cluster: the Node by which it comes to a Service. */
  readonly enters?: string;
}

/** Finds what `--from` or `--to` names: `[pod/]NAMESPACE/POD`, or an address, which may be a Pod's. */
export function findEnd(flag: 'from' | 'to', text: string, intent: Intent): End {
  const address = tryParseIp(text);
  if (address) {
    const pod = intent.pods.find(
      (each) => !each.spec?.hostNetwork && isRunning(each) && addressesOf(each).some((own) => ipEquals(own, address)),
    );
    return pod ? { ...podEnd(pod), addresses: [address] } : { name: text, addresses: [address], isOnHost: false };
  }
  const [namespace = '', name = '', ...rest] = text.replace(/^pod\/(?=[^/]+\/)/, '').split('/');
  if (namespace === '' || name === '' || rest.length > 0) {
    const service = flag === 'to' ? ', NAMESPACE/SERVICE' : '';
    throw new AntctlError('usage', `--${flag} ${text}: it must be NAMESPACE/POD${service} or an IP address`);
  }
  const pod = podNamed(`${namespace}/${name}`, intent);
  if (!pod) {
    const isService = intent.services.some(
      ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
    );
    const hint = isService ? 'is a Service, and no Pod; connections begin at Pods' : 'there is no such Pod';
    throw new AntctlError('usage', `--${flag} ${text}: ${flag === 'from' ? hint : 'there is no such Pod or Service'}`);
  }
  if (!isRunning(pod)) throw new AntctlError('request', `Pod ${text} has ended: it has no network any more`);
  const end = podEnd(pod);
  if (end.addresses.length > 0 && end.node) return end;
  throw new AntctlError('request', `Pod ${text} has no address yet: see kubectl -n ${namespace} describe pod ${name}`);
}

/** The Pod of a name, `NAMESPACE/POD`. */
export function podNamed(text: string, { pods }: Intent): Pod | undefined {
  return pods.find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === text);
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
