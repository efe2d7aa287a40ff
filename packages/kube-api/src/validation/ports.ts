import { at } from '../object.js';
import type { StatusCause } from '../status.js';
import { unsupported } from './causes.js';

export const outOfRange = 'must be between 1 and 65535, inclusive';

export function isPort(value: unknown): value is number {
  return typeof value === 'number' && value >= 1 && value <= 65_535;
}

/** Why a port may not be called so: 63 bytes for a Service's own, 15 for one of a container. */
export function portNameProblem(name: string, longest: 15 | 63): string | undefined {
  if (name.length > longest) return `must be no more than ${longest} characters`;
  if (!/^[a-z0-9-]+$/.test(name)) return 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)';
  if (longest === 15 && !/[a-z]/.test(name)) return 'must contain at least one letter (a-z)';
  if (/^-|-$/.test(name)) return 'must not begin or end with a hyphen';
  return undefined;
}

/** What is wrong with the protocol of a port. */
export function protocolProblems(port: unknown, field: string): StatusCause[] {
  const protocol = at(port, 'protocol');
  const known = ['SCTP', 'TCP', 'UDP'];
  return known.includes(protocol as string) ? [] : [unsupported(`${field}.protocol`, protocol, known)];
}
