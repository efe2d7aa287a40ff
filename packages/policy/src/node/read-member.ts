import type { GroupMember, NamedPort, PodReference } from '@antrea-ts/apis';
import type { RuleMember } from './completed-rule.js';
import { integerOf, listOf, nameOf, recordOf, textOf } from './malformed.js';
import { readAddress } from './read-address.js';

/** Equal for messages that say the same of the same member. */
export function memberKey(value: unknown, what: string): string {
  const { pod, externalEntity, ips, ports } = recordOf(value, what);
  const reference = (of: unknown): unknown => of && [recordOf(of, what)['namespace'], recordOf(of, what)['name']];
  return JSON.stringify([
    reference(pod) ?? 0,
    reference(externalEntity) ?? 0,
    ips ?? [],
    ...listOf(ports, `${what}.ports`, (port) => {
      const { name, port: number, protocol } = recordOf(port, what);
      return [name, number, protocol];
    }),
  ]);
}

/** Throws `Malformed`. */
export function readMember(value: unknown, key: string, what: string): RuleMember {
  const { pod, externalEntity, ips, ports } = recordOf(value, what) as Readonly<Record<keyof GroupMember, unknown>>;
  return {
    key,
    ...(pod === undefined || pod === null ? {} : { pod: readReference(pod, `${what}.pod`) }),
    ...(externalEntity === undefined || externalEntity === null
      ? {}
      : { externalEntity: readReference(externalEntity, `${what}.externalEntity`) }),
    addresses: listOf(ips, `${what}.ips`, readAddress),
    ports: listOf(ports, `${what}.ports`, readNamedPort),
  };
}

function readReference(value: unknown, what: string): PodReference {
  const { name, namespace } = recordOf(value, what);
  return { name: nameOf(name, `${what}.name`), namespace: textOf(namespace ?? '', `${what}.namespace`) };
}

function readNamedPort(value: unknown, what: string): NamedPort {
  const { port, name, protocol } = recordOf(value, what);
  return {
    port: integerOf(port, `${what}.port`, 0, 65535),
    name: textOf(name ?? '', `${what}.name`),
    protocol: textOf(protocol ?? 'TCP', `${what}.protocol`),
  };
}
