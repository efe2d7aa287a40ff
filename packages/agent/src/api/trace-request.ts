import { tryParseIp, type IpAddress, type IpFamily } from '@antrea-ts/net-types';
import { HttpError, queryParameters } from '@antrea-ts/runtime';

/** One end of the packet that is traced. */
export type TracePeer =
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'address'; readonly address: IpAddress }
  /** A port of the bridge. */
  | { readonly kind: 'port'; readonly name: string };

/** What somebody wants to be traced. */
export interface TraceRequest {
  /** Name of the port where the packet comes in. */
  readonly port?: string;
  readonly source?: TracePeer;
  readonly destination?: TracePeer;
  /** Fields of the packet: `tcp`, `tp_dst=80`; the value is absent where there is only a word. */
  readonly flow: ReadonlyMap<string, string | undefined>;
  readonly family: IpFamily;
  /** False for ARP and the like. */
  readonly isIp: boolean;
}

const ipWords = new Map<string, IpFamily>([
  ...['ip', 'tcp', 'udp', 'sctp', 'icmp'].map((word) => [word, 'ipv4'] as const),
  ...['ipv6', 'tcp6', 'udp6', 'sctp6', 'icmp6'].map((word) => [word, 'ipv6'] as const),
]);
const otherWords = ['arp', 'rarp', 'mpls', 'mplsm', 'dl_type', 'eth_type'];

/** 1.3's characters, and colons: without them no MAC and no IPv6 address can be given. */
const element = /^[A-Za-z0-9.\-_]+(?:=[A-Za-z0-9.\-_:]+)?$/;
const portName = /^[A-Za-z0-9._-]{1,15}$/;
const podName = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Words of `flow` that say which IP protocol it is. */
export const protocolWords: readonly string[] = [...ipWords.keys()];

/** Fields that `source`, `destination` and `port` stand for, in all their spellings. */
export const fieldsOf = {
  port: ['in_port'],
  source: ['nw_src', 'ip_src', 'ipv6_src'],
  destination: ['nw_dst', 'ip_dst', 'ipv6_dst'],
} as const;

/** Reads the parameters of `/ovstracing`. Throws `HttpError` 400 that names the parameter and what it should be. */
export function parseTraceRequest(query: URLSearchParams): TraceRequest {
  const given = queryParameters(query, ['port', 'source', 'destination', 'flow', 'addressFamily']);
  if (given.port !== undefined && !portName.test(given.port)) {
    throw new HttpError(400, 'port: invalid input port format; give the name of a port of the bridge');
  }
  const source = given.source === undefined ? undefined : parsePeer('source', given.source);
  const destination = given.destination === undefined ? undefined : parsePeer('destination', given.destination);
  const flow = parseFlow(given.flow);
  for (const part of ['port', 'source', 'destination'] as const) {
    const twice = fieldsOf[part].find((field) => given[part] !== undefined && flow.has(field));
    if (twice !== undefined) throw new HttpError(400, `duplicated '${twice}' in flow: ${part} says it already`);
  }
  const isIp = [...flow.keys()].some((word) => ipWords.has(word)) || !otherWords.some((word) => flow.has(word));
  if (!isIp && (source !== undefined || destination !== undefined)) {
    throw new HttpError(400, 'source and destination must not be specified for non-IP packet; put fields into flow');
  }
  return {
    flow,
    isIp,
    family: familyOf(given.addressFamily, flow, { source, destination }),
    ...(given.port !== undefined && { port: given.port }),
    ...(source && { source }),
    ...(destination && { destination }),
  };
}

function parsePeer(parameter: string, text: string): TracePeer {
  const [namespace = '', name, ...more] = text.split('/');
  if (name !== undefined) {
    if (more.length === 0 && podName.test(namespace) && podName.test(name)) return { kind: 'pod', namespace, name };
  } else {
    const address = tryParseIp(text);
    if (address !== undefined) return { kind: 'address', address };
    if (portName.test(text)) return { kind: 'port', name: text };
  }
  const forms = 'NAMESPACE/NAME, an IP address or the name of a port';
  throw new HttpError(400, `${parameter}: invalid ${parameter} format; give ${forms}`);
}

function parseFlow(text: string | undefined): ReadonlyMap<string, string | undefined> {
  const flow = new Map<string, string | undefined>();
  if (text === undefined) return flow;
  for (const part of text.split(/, */)) {
    if (!element.test(part)) {
      throw new HttpError(
        400,
        `flow: invalid flow format at ${JSON.stringify(part)}; give fields such as tcp,tp_dst=80`,
      );
    }
    const [name = '', value] = part.split('=', 2);
    if (flow.has(name)) throw new HttpError(400, `duplicated '${name}' in flow; give it once`);
    flow.set(name, value);
  }
  return flow;
}

function familyOf(
  text: string | undefined,
  flow: ReadonlyMap<string, string | undefined>,
  peers: { readonly source: TracePeer | undefined; readonly destination: TracePeer | undefined },
): IpFamily {
  if (text !== undefined && text !== '4' && text !== '6') {
    throw new HttpError(400, `addressFamily: ${JSON.stringify(text)} is no IP family; give 4 or 6`);
  }
  const word = [...flow.keys()].map((name) => ipWords.get(name)).find((family) => family !== undefined);
  const asked = text === undefined ? word : text === '6' ? 'ipv6' : 'ipv4';
  if (word !== undefined && word !== asked) {
    throw new HttpError(400, `addressFamily: ${text} and the protocol in flow do not go together; leave one out`);
  }
  let family = asked;
  for (const [name, peer] of Object.entries(peers)) {
    if (peer?.kind !== 'address') continue;
    family ??= peer.address.family;
    if (peer.address.family !== family) {
      throw new HttpError(400, `${name}: address family incompatible between ${name} and request (${family})`);
    }
  }
  return family ?? 'ipv4';
}
