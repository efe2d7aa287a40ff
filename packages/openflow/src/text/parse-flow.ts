import { flowFlags } from '../codec/constants.js';
import { OpenflowError } from '../errors.js';
import type { Action, Flow, Instruction } from '../model/action.js';
import type { FieldMatch, UnknownFieldMatch } from '../model/field.js';
import type { Bucket, Group, GroupType, Meter, MeterBand } from '../model/message.js';
import { parseDottedBytes } from './bytes-text.js';
import { parseAction, parseActions } from './parse-actions.js';
import { parseMatchTerm } from './parse-match.js';
import { parsePort } from './port-text.js';
import { parseNumber, splitAssignment, splitCall, splitTop } from './split.js';
import { parseInteger } from './value-text.js';

const defaultPriority = 32768;

const flagWords: Readonly<Record<string, number>> = {
  send_flow_rem: flowFlags.sendFlowRemoved,
  check_overlap: flowFlags.checkOverlap,
  reset_counts: flowFlags.resetCounts,
  no_packet_counts: flowFlags.noPacketCounts,
  no_byte_counts: flowFlags.noByteCounts,
};

/** What dumps say about a flow's life, which is not part of the flow. */
const counters = new Set(['duration', 'n_packets', 'n_bytes', 'idle_age', 'hard_age']);

type Draft = { -readonly [K in keyof Flow]: Flow[K] };

/** Reads a flow as `formatFlow` (or a dump with counters) writes it. Throws `text_syntax`, `unknown_field`. */
export function parseFlow(text: string): Flow {
  const at = text.search(/(^|[\s,])actions=/);
  if (at < 0) throw new OpenflowError('text_syntax', `parse flow ${text}: actions= missing`);
  const actions = text.slice(text.indexOf('actions=', at) + 'actions='.length);
  const match: (FieldMatch | UnknownFieldMatch)[] = [];
  const flow: Draft = {
    table: 0,
    priority: defaultPriority,
    cookie: 0n,
    match,
    instructions: parseInstructions(actions),
  };
  for (const term of splitTop(text.slice(0, at), { spaces: true })) {
    if (!applyProperty(flow, term)) match.push(...parseMatchTerm(term));
  }
  return flow;
}

function applyProperty(flow: Draft, term: string): boolean {
  const { name, value } = splitAssignment(term);
  const flag = flagWords[term];
  if (flag !== undefined) flow.flags = (flow.flags ?? 0) | flag;
  else if (name === 'table') flow.table = parseNumber(value, name, 255);
  else if (name === 'priority') flow.priority = parseNumber(value, name, 0xffff);
  else if (name === 'cookie') flow.cookie = parseInteger(value ?? '');
  else if (name === 'idle_timeout') flow.idleTimeout = parseNumber(value, name, 0xffff);
  else if (name === 'hard_timeout') flow.hardTimeout = parseNumber(value, name, 0xffff);
  else return counters.has(name);
  return true;
}

/** Reads what stands behind `actions=`: instructions by name, everything else belongs to apply-actions. */
export function parseInstructions(text: string): Instruction[] {
  const instructions: Instruction[] = [];
  const applied: Action[] = [];
  const parts = splitTop(text);
  if (parts.length === 1 && parts[0] === 'drop') return instructions;
  for (const part of parts) {
    const instruction = parseInstruction(part);
    if (instruction === undefined) applied.push(parseAction(part));
    else instructions.push(instruction);
  }
  const before = instructions.findIndex(({ kind }) => kind !== 'meter');
  const at = before < 0 ? instructions.length : before;
  if (applied.length > 0) instructions.splice(at, 0, { kind: 'apply_actions', actions: applied });
  return instructions;
}

function parseInstruction(part: string): Instruction | undefined {
  const { name, argument } = splitCall(part);
  switch (name) {
    case 'goto_table':
      return { kind: 'goto_table', table: parseNumber(argument, name, 255) };
    case 'meter':
      return { kind: 'meter', meter: parseNumber(argument, name) };
    case 'clear_actions':
      return { kind: 'clear_actions' };
    case 'write_actions':
      return { kind: 'write_actions', actions: parseActions(argument ?? '') };
    case 'write_metadata': {
      const [metadata, mask] = (argument ?? '').split('/').map(parseInteger);
      return { kind: 'write_metadata', metadata: metadata!, ...(mask === undefined ? {} : { mask }) };
    }
    case 'unknown_instruction':
      return { kind: 'unknown', data: parseDottedBytes(argument ?? '') };
    default:
      return undefined;
  }
}

const groupTypes: Readonly<Record<string, GroupType>> = {
  all: 'all',
  select: 'select',
  indirect: 'indirect',
  ff: 'fast_failover',
  fast_failover: 'fast_failover',
};

/** Reads a group as `formatGroup` writes it. Throws `text_syntax`. */
export function parseGroup(text: string): Group {
  const [head, ...buckets] = text.split(/,bucket=/);
  const properties = new Map(splitTop(head!).map((part) => [splitAssignment(part).name, splitAssignment(part).value]));
  const groupType = groupTypes[properties.get('type') ?? ''];
  if (groupType === undefined) throw new OpenflowError('text_syntax', `parse group ${text}: type missing or unknown`);
  return { group: parseNumber(properties.get('group_id'), 'group_id'), groupType, buckets: buckets.map(parseBucket) };
}

function parseBucket(text: string): Bucket {
  let bucket: Omit<Bucket, 'actions'> = {};
  const actions: string[] = [];
  for (const part of splitTop(text)) {
    const [name, value] = part.split(':');
    if (name === 'weight') bucket = { ...bucket, weight: parseNumber(value, name, 0xffff) };
    else if (name === 'watch_port') bucket = { ...bucket, watchPort: parsePort(value ?? '') };
    else if (name === 'watch_group') bucket = { ...bucket, watchGroup: parseNumber(value, name) };
    else if (name !== 'bucket_id') actions.push(part.replace(/^actions=/, ''));
  }
  return { ...bucket, actions: parseActions(actions.join(',')) };
}

/** Reads a meter as `formatMeter` writes it, also with its bands on the same line. Throws `text_syntax`. */
export function parseMeter(text: string): Meter {
  const [, id, flags, bands] = /^meter=(\d+)\s+(.*?)bands=([^]*)$/.exec(text) ?? [];
  if (id === undefined) throw new OpenflowError('text_syntax', `parse meter ${text}`);
  return {
    meter: parseNumber(id, 'meter'),
    flags: flags!.split(' ').filter((flag) => flag !== '') as Meter['flags'],
    bands: bands!
      .split(/(?=type=)/)
      .map((band) => band.trim())
      .filter((band) => band !== '')
      .map(parseBand),
  };
}

function parseBand(text: string): MeterBand {
  const properties = new Map(
    text.split(/\s+/).map((part) => [splitAssignment(part).name, splitAssignment(part).value]),
  );
  const kind = properties.get('type');
  const number = (name: string): number => parseNumber(properties.get(name) ?? '0', name);
  const band = { rate: number('rate'), burst: number('burst_size') };
  if (kind === 'drop') return { kind, ...band };
  if (kind === 'dscp_remark') return { kind, ...band, precedenceLevel: number('prec_level') };
  throw new OpenflowError('text_syntax', `parse meter band ${text}`);
}
