import { portFrom16, ports, portTo16 } from '../codec/constants.js';
import { OpenflowError } from '../errors.js';

const names: readonly (readonly [string, number])[] = [
  ['UNSET', ports.unset],
  ['IN_PORT', ports.inPort],
  ['TABLE', ports.table],
  ['NORMAL', ports.normal],
  ['FLOOD', ports.flood],
  ['ALL', ports.all],
  ['CONTROLLER', ports.controller],
  ['LOCAL', ports.local],
  ['ANY', ports.any],
];
const byNumber = new Map(names.map(([name, port]) => [port, name]));
const byName = new Map<string, number>([...names, ['NONE', ports.any]]);

/** Reserved ports by name, those without name in the 16 bits that `ovs-ofctl` shows them with. */
export function formatPort(port: number): string {
  return byNumber.get(port) ?? String(portTo16(port));
}

/** The port of a reserved name in any case, or nothing. */
export function findPort(name: string): number | undefined {
  return byName.get(name.toUpperCase());
}

export function parsePort(text: string): number {
  const port = findPort(text) ?? (/^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : undefined);
  if (port === undefined || port > 0xffff_ffff) throw new OpenflowError('text_syntax', `parse port ${text}`);
  return portFrom16(port);
}
