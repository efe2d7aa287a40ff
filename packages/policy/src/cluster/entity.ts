import type { ExternalEntity, GroupMember, NamedPort, Pod } from '@antrea-ts/apis';
import { formatIp, ipToBytes, tryParseIp, type IpAddress } from '@antrea-ts/net-types';
import { encodeBase64 } from '../base64.js';

/** What groups need to know of a Pod or an ExternalEntity. */
export interface Entity {
  readonly member: GroupMember;
  /** The same for entities that are the same to groups. */
  readonly identity: string;
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
  const ports = (spec?.containers ?? []).flatMap((container) =>
    (container.ports ?? []).flatMap((port): NamedPort[] =>
      port.name ? [{ port: port.containerPort, name: port.name, protocol: port.protocol ?? 'TCP' }] : [],
    ),
  );
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

function entity(
  reference: Pick<GroupMember, 'pod' | 'externalEntity'>,
  addresses: readonly IpAddress[],
  ports: readonly NamedPort[],
  role: Pick<Entity, 'node' | 'isPeer'>,
): Entity {
  const member: GroupMember = {
    ...reference,
    ...(addresses.length > 0 ? { ips: addresses.map(wireAddress) } : {}),
    ...(ports.length > 0 ? { ports } : {}),
  };
  const parts = [
    role.node ?? '',
    String(role.isPeer),
    addresses.map(formatIp).join(','),
    ports.map(({ name, port, protocol }) => `${name}:${protocol}:${port}`).join(','),
  ];
  return { member, identity: parts.join('|'), ...role };
}
