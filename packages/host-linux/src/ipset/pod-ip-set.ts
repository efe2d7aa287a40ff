import { formatCidr, tryParseCidr, type IpFamily } from '@antrea-ts/net-types';
import { HostError } from '@antrea-ts/host';
import type { CommandRunner } from '@antrea-ts/runtime';
import { runTool } from '../run-tool.js';

type Signal = { readonly signal: AbortSignal };

const familyOf: Readonly<Record<IpFamily, string>> = { ipv4: 'family inet', ipv6: 'family inet6' };

function typeOf({ family, type = 'hash:net' }: NetworkSet): string {
  return `${type} ${familyOf[family]}`;
}

/** A set of networks, or of addresses with ports, in the kernel, which rules can ask for membership. */
export interface NetworkSet {
  readonly name: string;
  readonly family: IpFamily;
  /** Networks, unless told. */
  readonly type?: 'hash:net' | 'hash:ip,port';
}

/** Makes the set have exactly these members; only the difference is written. Returns what had to be changed. */
export async function ensureNetworkSet(
  run: CommandRunner,
  set: NetworkSet,
  members: readonly string[],
  { signal }: Signal,
): Promise<readonly string[]> {
  const present = await readNetworkSet(run, set, { signal });
  const desired = new Set(members);
  const added = [...desired].filter((member) => !present?.has(member));
  const removed = [...(present ?? [])].filter((member) => !desired.has(member));
  const lines = [
    ...(present === undefined ? [`create ${set.name} ${typeOf(set)}`] : []),
    ...removed.map((member) => `del ${set.name} ${member}`),
    ...added.map((member) => `add ${set.name} ${member}`),
  ];
  if (lines.length === 0) return [];
  await runTool(run, 'ipset', ['-exist', 'restore'], { signal, input: `${lines.join('\n')}\n` });
  return [
    ...(present === undefined ? [`ipset ${set.name}: created`] : []),
    ...added.map((member) => `ipset ${set.name}: added ${member}`),
    ...removed.map((member) => `ipset ${set.name}: removed ${member}`),
  ];
}

/** Names of all sets there are. */
export async function listSets(run: CommandRunner, { signal }: Signal): Promise<readonly string[]> {
  const { stdout } = await runTool(run, 'ipset', ['list', '-name'], { signal });
  return stdout.split('\n').filter((name) => name !== '');
}

/** Removes a set; `false`: a rule of somebody uses it. */
export async function destroySet(run: CommandRunner, name: string, { signal }: Signal): Promise<boolean> {
  const { exitCode, stderr } = await runTool(run, 'ipset', ['destroy', name], { signal, okExitCodes: [0, 1] });
  if (exitCode === 0 || /does not exist/.test(stderr)) return true;
  if (/in use/.test(stderr)) return false;
  throw new HostError('failed', `destroy ipset ${name}: ${stderr.trim() || 'ipset failed without a reason'}`);
}

async function readNetworkSet(run: CommandRunner, set: NetworkSet, { signal }: Signal) {
  const result = await runTool(run, 'ipset', ['save', set.name], { signal, okExitCodes: [0, 1] });
  if (result.exitCode === 0) return parseSavedSet(set, result.stdout);
  if (/does not exist/.test(result.stderr)) return undefined;
  throw new HostError('failed', `read ipset ${set.name}: ${result.stderr.trim() || 'ipset failed without a reason'}`);
}

/** Members in canonical text from what `ipset save` prints; throws when the set is of another type. */
export function parseSavedSet(set: NetworkSet, saved: string): ReadonlySet<string> {
  const members = new Set<string>();
  for (const line of saved.split('\n')) {
    const [verb, name, ...rest] = line.trim().split(/\s+/);
    if (name !== set.name) continue;
    if (verb === 'create' && !`${rest.join(' ')} `.startsWith(`${typeOf(set)} `)) {
      throw new HostError(
        'foreign-state',
        `read ipset ${set.name}: it is of type ${rest.slice(0, 3).join(' ')}, not ${typeOf(set)}; ` +
          'it is not ours: destroy or rename it',
      );
    }
    const member = verb === 'add' ? rest[0] : undefined;
    if (member !== undefined) members.add(set.type === 'hash:ip,port' ? member : canonicalMember(member, set.family));
  }
  return members;
}

/** A single address is printed without a prefix length. */
function canonicalMember(text: string, family: IpFamily): string {
  const cidr = tryParseCidr(text.includes('/') ? text : `${text}/${family === 'ipv4' ? 32 : 128}`);
  return cidr ? formatCidr(cidr) : text;
}
