import { ports } from '../codec/constants.js';
import { fieldByName } from '../fields/registry.js';
import type { Action, ControllerAction, CtAction, Instruction, NatAction, NatRange } from '../model/action.js';
import type { FieldValue, SubField } from '../model/field.js';
import { normalizeInstructions } from '../codec/instruction.js';
import { formatDottedBytes } from './bytes-text.js';
import { formatLearn } from './format-learn.js';
import { formatIpv4, formatIpv6 } from './ip-text.js';
import { formatPort } from './port-text.js';
import { formatSubField } from './subfield-text.js';
import { formatHex, formatValue } from './value-text.js';

const wholePacket = 0xffff;

/** What stands behind `actions=` for the instructions of a flow; `drop` where there is nothing. */
export function formatInstructions(instructions: readonly Instruction[]): string {
  return normalizeInstructions(instructions).map(formatInstruction).join(',') || 'drop';
}

function formatInstruction(instruction: Instruction): string {
  switch (instruction.kind) {
    case 'apply_actions':
      return instruction.actions.map(formatAction).join(',');
    case 'write_actions':
      return `write_actions(${formatActions(instruction.actions)})`;
    case 'clear_actions':
      return 'clear_actions';
    case 'write_metadata':
      return `write_metadata:${formatHex(instruction.metadata)}${instruction.mask === undefined ? '' : `/${formatHex(instruction.mask)}`}`;
    case 'goto_table':
      return `goto_table:${instruction.table}`;
    case 'meter':
      return `meter:${instruction.meter}`;
    default:
      return `unknown_instruction(${formatDottedBytes(instruction.data)})`;
  }
}

/** A list of actions as `ovs-ofctl` prints it; `drop` where it is empty. */
export function formatActions(actions: readonly Action[]): string {
  return actions.map(formatAction).join(',') || 'drop';
}

function formatAction(action: Action): string {
  switch (action.kind) {
    case 'output':
      return formatOutput(action.port, action.maxLength);
    case 'output_field':
      return `output:${formatSubField(action.src)}`;
    case 'group':
      return `group:${action.group}`;
    case 'set_queue':
      return `set_queue:${action.queue}`;
    case 'set_field': {
      const row = fieldByName(action.field);
      return `set_field:${formatValue(row, action.value, action.mask)}->${row.setName}`;
    }
    case 'reg_load':
      return formatLoad(action.dst, action.value);
    case 'move':
      return `move:${formatSubField(action.src)}->${formatSubField(action.dst)}`;
    case 'dec_ttl':
      return action.controllerIds === undefined ? 'dec_ttl' : `dec_ttl(${action.controllerIds.join(',')})`;
    case 'push_vlan':
      return `push_vlan:0x${action.etherType.toString(16).padStart(4, '0')}`;
    case 'pop_vlan':
      return 'pop_vlan';
    case 'push':
      return `push:${formatSubField(action.src)}`;
    case 'pop':
      return `pop:${formatSubField(action.dst)}`;
    case 'resubmit':
      return formatResubmit(action);
    case 'conjunction':
      return `conjunction(${action.id},${action.clause}/${action.clauses})`;
    case 'note':
      return `note:${formatDottedBytes(paddedNote(action.data))}`;
    case 'ct_clear':
      return 'ct_clear';
    case 'ct':
      return formatCt(action);
    case 'nat':
      return formatNat(action);
    case 'learn':
      return formatLearn(action);
    case 'controller':
      return formatController(action);
    default:
      return `unknown(${formatDottedBytes(action.data)})`;
  }
}

function formatOutput(port: number, maxLength: number | undefined): string {
  if (port === ports.controller) return `CONTROLLER:${maxLength ?? wholePacket}`;
  const name = formatPort(port);
  return /^\d/.test(name) ? `output:${name}` : name;
}

/** More than 64 bits are several loads on the wire, and are shown so. */
function formatLoad(dst: SubField, value: FieldValue): string {
  const parts: string[] = [];
  for (let done = 0; done < dst.bits; done += 64) {
    const bits = Math.min(64, dst.bits - done);
    const part = dst.bits <= 64 ? value : (BigInt(value) >> BigInt(done)) & ((1n << BigInt(bits)) - 1n);
    parts.push(`load:${formatHex(part)}->${formatSubField({ field: dst.field, offset: dst.offset + done, bits })}`);
  }
  return parts.join(',');
}

function formatResubmit({ inPort, table, ct }: Extract<Action, { kind: 'resubmit' }>): string {
  const port = inPort === undefined || inPort === ports.inPort ? '' : formatPort(inPort);
  if (port !== '' && (table === undefined || table === 255) && ct !== true) return `resubmit:${port}`;
  return `resubmit(${port},${table === undefined || table === 255 ? '' : table}${ct === true ? ',ct' : ''})`;
}

/** Notes fill their action, so the switch shows the padding too. */
function paddedNote(data: Uint8Array): Uint8Array {
  const padded = new Uint8Array(data.length + ((((6 - data.length) % 8) + 8) % 8));
  padded.set(data);
  return padded;
}

function formatCt(action: CtAction): string {
  const zone =
    typeof action.zone === 'number' ? (action.zone === 0 ? '' : String(action.zone)) : formatSubField(action.zone);
  const parts = [
    ...(action.commit === true ? ['commit'] : []),
    ...(action.force === true ? ['force'] : []),
    ...(action.table === undefined ? [] : [`table=${action.table}`]),
    ...(zone === '' ? [] : [`zone=${zone}`]),
    ...(action.nat === undefined ? [] : [formatNat(action.nat)]),
    ...(action.exec === undefined || action.exec.length === 0 ? [] : [`exec(${formatActions(action.exec)})`]),
    ...(action.alg === undefined || action.alg === 0
      ? []
      : [`alg=${{ 21: 'ftp', 69: 'tftp' }[action.alg] ?? action.alg}`]),
  ];
  return `ct(${parts.join(',')})`;
}

function formatNat({ direction, range, persistent, hash, random }: NatAction): string {
  if (direction === undefined) return 'nat';
  const parts = [
    `${direction}${range === undefined ? '' : `=${formatRange(range)}`}`,
    ...(persistent === true ? ['persistent'] : []),
    ...(hash === true ? ['hash'] : []),
    ...(random === true ? ['random'] : []),
  ];
  return `nat(${parts.join(',')})`;
}

function formatRange({ family, addressMin, addressMax, portMin, portMax }: NatRange): string {
  const withPorts = portMin !== undefined;
  const format = (address: FieldValue): string => {
    if (family === 'ipv4') return formatIpv4(Number(address));
    const text = formatIpv6(BigInt(address));
    return withPorts ? `[${text}]` : text;
  };
  const ends = addressMax === addressMin ? [addressMin] : [addressMin, addressMax];
  const addresses = ends
    .filter((address) => address !== undefined)
    .map(format)
    .join('-');
  if (!withPorts) return addresses;
  return `${addresses}:${portMin}${portMax === undefined || portMax === portMin ? '' : `-${portMax}`}`;
}

function formatController(action: ControllerAction): string {
  const { maxLength = wholePacket, controllerId = 0, reason = 'action', userdata, pause, meter } = action;
  const plain =
    reason === 'action' && controllerId === 0 && userdata === undefined && pause !== true && meter === undefined;
  if (plain) return `CONTROLLER:${maxLength}`;
  const parts = [
    ...(reason === 'action'
      ? []
      : [`reason=${{ 3: 'action_set', 4: 'group', 5: 'packet_out' }[reason as number] ?? reason}`]),
    ...(maxLength === wholePacket ? [] : [`max_len=${maxLength}`]),
    ...(controllerId === 0 ? [] : [`id=${controllerId}`]),
    ...(userdata === undefined ? [] : [`userdata=${formatDottedBytes(userdata)}`]),
    ...(pause === true ? ['pause'] : []),
    ...(meter === undefined ? [] : [`meter_id=${meter}`]),
  ];
  return `controller(${parts.join(',')})`;
}
