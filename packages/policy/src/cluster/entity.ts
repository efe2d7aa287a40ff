import type { ExternalEntity, GroupMember, NamedPort, Pod } from '@antrea-ts/apis';
import { ipToBytes, tryParseIp, type IpAddress } from '@antrea-ts/net-types';
import { encodeBase64, encodeMappedIpv4 } from '../base64.js';

/** A member, and the Node that enforces what applies to it, if one does. */
export interface PlacedMember {
  readonly member: GroupMember;
  readonly node: string | undefined;
}

/** What groups need to know of a Pod or an ExternalEntity. */
export interface Entity extends PlacedMember {
  /** The Node that enforces what applies to it; undefined: none does, and no AppliedToGroup has it. */
  readonly node: string | undefined;
  /** Whether rules can name it as the other side. */
  readonly isPeer: boolean;
}

/**
 * What a Pod is to policy. hostNetwork Pods have their Node's addresses, and Pods that ended have given theirs back: both
 * are neither targets nor peers (1.3 keeps the addresses of Pods that ended until the objects go).
 */
export function podEntity(pod: Pod): Entity {
  const { metadata, spec, status } = pod;
  const { name, namespace = '' } = metadata;
  const hasNetwork = !spec?.hostNetwork && status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
  const ips = readAddresses(status?.podIPs?.length ? status.podIPs : [{ ip: status?.podIP }]);
  return {
    member: podMember({ name, namespace }, ips, namedPorts(spec?.containers)),
    node: hasNetwork && spec?.nodeName ? spec.nodeName : undefined,
    isPeer: hasNetwork && ips.length > 0,
  };
}

/** Written at once, as most are: what is added to an object later needs a place of its own in memory. */
function podMember(
  pod: NonNullable<GroupMember['pod']>,
  ips: readonly string[],
  ports: readonly NamedPort[],
): GroupMember {
  if (ports.length > 0) return ips.length > 0 ? { pod, ips, ports } : { pod, ports };
  return ips.length > 0 ? { pod, ips } : { pod };
}

const none: readonly never[] = [];

function namedPorts(containers: NonNullable<Pod['spec']>['containers'] = none): readonly NamedPort[] {
  let found: NamedPort[] | undefined;
  for (const { ports = none } of containers) {
    for (const { name, containerPort: port, protocol = 'TCP' } of ports) {
      if (name) (found ??= []).push({ port, name, protocol });
    }
  }
  return found ?? none;
}

/** What of it is an address, as it is written on the wire. */
function readAddresses(listed: readonly { readonly ip?: string | undefined }[]): readonly string[] {
  const first = tryWireAddress(listed[0]);
  if (listed.length <= 1) return first === undefined ? none : [first];
  return listed.map(tryWireAddress).filter((address) => address !== undefined);
}

function tryWireAddress(listed: { readonly ip?: string | undefined } | undefined): string | undefined {
  const address = tryParseIp(listed?.ip ?? '');
  return address && wireAddress(address);
}

/** What an ExternalEntity is to policy: a peer by its endpoints, and a target where a Node answers for it. */
export function externalEntity({ metadata, spec }: ExternalEntity): Entity {
  const { name, namespace = '' } = metadata;
  const ips = readAddresses(spec?.endpoints ?? none);
  const ports = (spec?.ports ?? []).flatMap((port): NamedPort[] =>
    port.name && port.port !== undefined
      ? [{ port: port.port, name: port.name, protocol: port.protocol ?? 'TCP' }]
      : [],
  );
  return {
    member: {
      externalEntity: { name, namespace },
      ...(ips.length > 0 ? { ips } : {}),
      ...(ports.length > 0 ? { ports } : {}),
    },
    node: spec?.externalNode || undefined,
    isPeer: ips.length > 0,
  };
}

/** An address as Antrea's controller writes it: base64 of 16 bytes, also for IPv4. */
export function wireAddress(address: IpAddress): string {
  return address.family === 'ipv6' ? encodeBase64(ipToBytes(address)) : encodeMappedIpv4(address.value);
}

/** Whether they are the same to everybody; they have the same key. */
export function sameEntity(a: Entity, b: Entity): boolean {
  return a.node === b.node && a.isPeer === b.isPeer && sameMember(a, b);
}

/** Whether agents are told the same of both. */
export function sameMember({ member: a }: PlacedMember, { member: b }: PlacedMember): boolean {
  return sameList(a.ips, b.ips, (x, y) => x === y) && sameList(a.ports, b.ports, samePort);
}

function samePort(a: NamedPort, b: NamedPort): boolean {
  return a.name === b.name && a.port === b.port && a.protocol === b.protocol;
}

function sameList<T>(a: readonly T[] | undefined, b: readonly T[] | undefined, same: (x: T, y: T) => boolean): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((each, index) => same(each, b[index]!));
}
