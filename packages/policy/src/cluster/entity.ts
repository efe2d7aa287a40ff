import type { ExternalEntity, GroupMember, NamedPort, Pod } from '@antrea-ts/apis';
import { ipToBytes, tryParseIp, type IpAddress } from '@antrea-ts/net-types';
import { encodeBase64 } from '../base64.js';

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
  const listed = status?.podIPs?.length ? status.podIPs.map(({ ip }) => ip) : [status?.podIP ?? ''];
  const addresses = listed.map(tryParseIp).filter((address) => address !== undefined);
  const ports: NamedPort[] = [];
  for (const container of spec?.containers ?? []) {
    for (const { name: portName, containerPort: port, protocol = 'TCP' } of container.ports ?? []) {
      if (portName) ports.push({ port, name: portName, protocol });
    }
  }
  return entity({ pod: { name, namespace } }, addresses, ports, {
    node: hasNetwork && spec?.nodeName ? spec.nodeName : undefined,
    isPeer: hasNetwork && addresses.length > 0,
  });
}

/** What an ExternalEntity is to policy: a peer by its endpoints, and a target where a Node answers for it. */
export function externalEntity({ metadata, spec }: ExternalEntity): Entity {
  const { name, namespace = '' } = metadata;
  const addresses = (spec?.endpoints ?? []).map(({ ip }) => tryParseIp(ip ?? '')).filter((ip) => ip !== undefined);
  const ports = (spec?.ports ?? []).flatMap((port): NamedPort[] =>
    port.name && port.port !== undefined
      ? [{ port: port.port, name: port.name, protocol: port.protocol ?? 'TCP' }]
      : [],
  );
  return entity({ externalEntity: { name, namespace } }, addresses, ports, {
    node: spec?.externalNode || undefined,
    isPeer: addresses.length > 0,
  });
}

/** An address as Antrea's controller writes it: base64 of 16 bytes, also for IPv4. */
export function wireAddress(address: IpAddress): string {
  const bytes = ipToBytes(address);
  if (bytes.length === 16) return encodeBase64(bytes);
  const mapped = new Uint8Array(16);
  mapped.set([0xff, 0xff], 10);
  mapped.set(bytes, 12);
  return encodeBase64(mapped);
}

/** Whether they are the same to groups; they have the same key. */
export function sameEntity(a: Entity, b: Entity): boolean {
  return (
    a.node === b.node &&
    a.isPeer === b.isPeer &&
    sameList(a.member.ips, b.member.ips, (x, y) => x === y) &&
    sameList(a.member.ports, b.member.ports, samePort)
  );
}

function samePort(a: NamedPort, b: NamedPort): boolean {
  return a.name === b.name && a.port === b.port && a.protocol === b.protocol;
}

function sameList<T>(a: readonly T[] | undefined, b: readonly T[] | undefined, same: (x: T, y: T) => boolean): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((each, index) => same(each, b[index]!));
}

function entity(
  reference: Pick<GroupMember, 'pod' | 'externalEntity'>,
  addresses: readonly IpAddress[],
  ports: readonly NamedPort[],
  role: Pick<Entity, 'node' | 'isPeer'>,
): Entity {
  const member: { -readonly [K in keyof GroupMember]: GroupMember[K] } = reference;
  if (addresses.length > 0) member.ips = addresses.map(wireAddress);
  if (ports.length > 0) member.ports = ports;
  return { member, node: role.node, isPeer: role.isPeer };
}
