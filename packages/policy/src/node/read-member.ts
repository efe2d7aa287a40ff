import type { GroupMember, NamedPort, PodReference } from '@antrea-ts/apis';
import { ipToBytes } from '@antrea-ts/net-types';
import { encodeBase64 } from '../base64.js';
import type { RuleMember } from './completed-rule.js';
import { field, fields, list, name, optional, port, text, type Fields } from './malformed.js';
import { readAddress } from './read-address.js';

/** Equal for messages that say the same of the same member. */
export function memberKey(value: unknown): string {
  const member = fields(value);
  const pod = optional(member, 'pod', fields);
  const entity = optional(member, 'externalEntity', fields);
  const ips = list(member, 'ips', text);
  const ports = list(member, 'ports', (each) => {
    const { name: called, port: number, protocol } = fields(each);
    return [called, number, protocol];
  });
  const { namespace, name: called } = pod ?? {};
  if (entity || ports.length > 0 || typeof namespace !== 'string' || typeof called !== 'string') {
    return JSON.stringify([namespace, called, ips, entity?.['namespace'], entity?.['name'], ports]);
  }
  // Nearly all: with lengths, which a JSON text does not begin with, instead of the JSON, which takes five times as long.
  return `${namespace.length} ${namespace}${called.length} ${called}${ips.length === 1 ? ips[0] : ips.join()}`;
}

/** Throws `Malformed`. */
export function readMember(value: unknown, key: string): RuleMember {
  const member = fields(value);
  const pod = optional(member, 'pod', readReference);
  const externalEntity = optional(member, 'externalEntity', readReference);
  const addresses = list(member, 'ips', readAddress);
  const ports = readPorts(member);
  if (pod && !externalEntity) return { key, pod, addresses, ports };
  return { key, ...(pod && { pod }), ...(externalEntity && { externalEntity }), addresses, ports };
}

const noPorts: readonly NamedPort[] = [];

/** Most members name no ports: they share one list. */
function readPorts(member: Fields): readonly NamedPort[] {
  const ports = list(member, 'ports', readNamedPort);
  return ports.length === 0 ? noPorts : ports;
}

/** A member as a message has it. */
export function writeMember({ pod, externalEntity, addresses, ports }: RuleMember): GroupMember {
  return {
    ...(pod && { pod }),
    ...(externalEntity && { externalEntity }),
    ips: addresses.map((address) => encodeBase64(ipToBytes(address))),
    ...(ports.length > 0 && { ports }),
  };
}

function readReference(value: unknown): PodReference {
  const reference = fields(value);
  return { name: field(reference, 'name', name), namespace: optional(reference, 'namespace', text) ?? '' };
}

function readNamedPort(value: unknown): NamedPort {
  const named = fields(value);
  return {
    port: field(named, 'port', port),
    name: optional(named, 'name', text) ?? '',
    protocol: optional(named, 'protocol', text) ?? 'TCP',
  };
}
