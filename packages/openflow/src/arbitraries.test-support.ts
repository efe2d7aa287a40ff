import * as fc from 'fast-check';
import { fieldRows } from './fields/rows.js';
import type { Field } from './fields/field.js';
import type { Action, FieldMatch, Flow, Instruction, LearnSpec, Match, Message, SubField } from './index.js';

/** Random but valid objects of the model, in the form that the decoder produces. */

const u = (bits: number): fc.Arbitrary<number> =>
  fc.nat({ max: 2 ** Math.min(bits, 31) - 1 }).map((n) => (bits === 32 ? n * 2 + 1 : n));
const u8 = u(8);
const u16 = u(16);
const u32 = u(32);
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const data = fc.uint8Array({ maxLength: 40 });

export function valueOf(field: Field): fc.Arbitrary<number | bigint> {
  const max = (1n << BigInt(field.bits)) - 1n;
  const value = fc.bigInt({ min: 0n, max });
  return field.bytes <= 6 ? value.map(Number) : value;
}

/** Fields that may stand in a match under their own name, whatever else is there. */
const free = fieldRows.filter(
  ({ name, variable, format }) =>
    !variable &&
    !/^(x+reg\d|in_port_oxm|vlan_|dl_vlan|ip_dscp|nw_tos|tcp_|udp_|sctp_|icmp)/.test(name) &&
    format !== 'frag' &&
    name !== 'in_port',
);

function fieldMatch(field: Field): fc.Arbitrary<FieldMatch> {
  const flags = { ct_state: 0xff, tun_flags: 1 }[field.name];
  if (flags !== undefined) {
    return fc
      .tuple(u8, fc.integer({ min: 1, max: flags }))
      .map(([value, mask]) => ({ field: field.name, value: value & mask, mask }));
  }
  const exact = valueOf(field).map((value): FieldMatch => ({ field: field.name, value }));
  if (!field.maskable || field.name === 'tun_gbp_flags') return exact;
  const all = (1n << BigInt(field.bits)) - 1n;
  const typed = (value: bigint): number | bigint => (field.bytes <= 6 ? Number(value) : value);
  const masked = fc
    .tuple(fc.bigInt({ min: 0n, max: all }), fc.bigInt({ min: 1n, max: all - 1n }))
    .map(([value, mask]) => ({
      field: field.name,
      value: typed(value & mask),
      mask: typed(mask),
    }));
  return fc.oneof(exact, masked);
}

const ports: fc.Arbitrary<Match> = fc
  .record({
    protocol: fc.constantFrom(6, 17, 132),
    value: u16,
    mask: fc.option(fc.integer({ min: 1, max: 0xfffe }), { nil: undefined }),
  })
  .map(({ protocol, value, mask }) => [
    { field: 'dl_type', value: 0x0800 },
    { field: 'nw_proto', value: protocol },
    mask === undefined ? { field: 'tp_dst', value } : { field: 'tp_dst', value: value & mask, mask },
  ]);

const tos: fc.Arbitrary<Match> = u8.map((value) => [{ field: 'nw_tos', value: value & 0xfc }]);
const inPort: fc.Arbitrary<Match> = fc.constantFrom(1, 5, 0xfffffffe).map((value) => [{ field: 'in_port', value }]);

/** Each field at most once, as the switch demands. */
export const match: fc.Arbitrary<Match> = fc
  .tuple(
    fc.subarray(free, { maxLength: 6 }).chain((fields) => fc.tuple(...fields.map(fieldMatch))),
    fc.oneof(ports, tos, inPort, fc.constant([])),
  )
  .map(([some, more]) => [...some.filter(({ field }) => !more.some((entry) => entry.field === field)), ...more]);

const writable = fieldRows.filter(
  ({ name, variable, nxm }) => !variable && nxm.experimenter === undefined && !/^(tun_flags|vlan_vid)$/.test(name),
);

const subField: fc.Arbitrary<SubField> = fc
  .tuple(fc.constantFrom(...writable), fc.nat({ max: 31 }), fc.nat({ max: 63 }))
  .map(([{ name, bits }, offset, length]) => {
    const start = offset % bits;
    return { field: name, offset: start, bits: Math.min(length + 1, bits - start) };
  });

function valueFor({ field, bits }: SubField): fc.Arbitrary<number | bigint> {
  const value = fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n });
  return fieldRows.find(({ name }) => name === field)!.bytes <= 6 ? value.map(Number) : value;
}

const samePair = subField.chain((src) => fc.constant({ src, dst: { ...src } }));

const learnSpec: fc.Arbitrary<LearnSpec> = fc.oneof(
  samePair.map((pair): LearnSpec => ({ kind: 'match', ...pair })),
  samePair.map((pair): LearnSpec => ({ kind: 'load', ...pair })),
  subField.chain((dst) => valueFor(dst).map((value): LearnSpec => ({ kind: 'load_value', value, dst }))),
  subField.map((src): LearnSpec => ({ kind: 'output', src })),
);

const settable = fieldRows.filter(
  ({ variable, format }) => !variable && !['ct_state', 'tcp_flags', 'tun_flags', 'frag'].includes(format),
);

const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

/** Leaves out what is undefined, as the decoder does. */
function compact<const T extends object>(value: T): Compact<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Compact<T>;
}

type Optional<T> = { [K in keyof T]: undefined extends T[K] ? K : never }[keyof T];
type Compact<T> = { [K in Exclude<keyof T, Optional<T>>]: T[K] } & { [K in Optional<T>]?: Exclude<T[K], undefined> };

const simpleAction: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ kind: fc.constant('output' as const), port: fc.constantFrom(1, 77, 0xfffffff8, 0xfffffffb, 0xfffffffe) }),
  subField.map((src): Action => ({ kind: 'output_field', src })),
  u32.map((group): Action => ({ kind: 'group', group })),
  fc
    .constantFrom(...settable)
    .filter(({ name }) => name !== 'in_port')
    .chain((field) => valueOf(field).map((value): Action => ({ kind: 'set_field', field: field.name, value }))),
  subField.chain((dst) => valueFor(dst).map((value): Action => ({ kind: 'reg_load', dst, value }))),
  samePair.map((pair): Action => ({ kind: 'move', ...pair })),
  fc.constant<Action>({ kind: 'dec_ttl' }),
  fc.array(u16, { minLength: 1, maxLength: 3 }).map((controllerIds): Action => ({ kind: 'dec_ttl', controllerIds })),
  fc.constant<Action>({ kind: 'pop_vlan' }),
  subField.map((src): Action => ({ kind: 'push', src })),
  fc
    .record({ inPort: some(fc.nat({ max: 1000 })), table: some(fc.nat({ max: 254 })) })
    .map((rest): Action => compact({ kind: 'resubmit', ...rest })),
  fc
    .record({ id: u32, clause: fc.integer({ min: 1, max: 64 }), clauses: fc.integer({ min: 1, max: 64 }) })
    .map((rest): Action => ({ kind: 'conjunction', ...rest })),
  fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes): Action => ({ kind: 'note', data: bytes })),
  fc
    .record({
      maxLength: some(fc.nat({ max: 65534 })),
      controllerId: fc.integer({ min: 1, max: 65535 }),
      userdata: some(data),
    })
    .map((rest): Action => compact({ kind: 'controller', ...rest })),
  fc
    .record({ table: fc.nat({ max: 254 }), priority: u16, cookie: u64, specs: fc.array(learnSpec, { maxLength: 4 }) })
    .map((rest): Action => ({ kind: 'learn', ...rest })),
);

const nat = fc
  .record({ direction: fc.constantFrom('src' as const, 'dst' as const), address: u32, port: some(u16) })
  .map(({ direction, address, port }) => ({
    kind: 'nat' as const,
    direction,
    range: compact({ family: 'ipv4' as const, addressMin: address, portMin: port }),
  }));

const ct: fc.Arbitrary<Action> = fc
  .record({
    commit: some(fc.constant(true as const)),
    zone: u16,
    table: some(fc.nat({ max: 254 })),
    nat: some(nat),
    exec: some(fc.array(simpleAction, { minLength: 1, maxLength: 2 })),
  })
  .map((rest): Action => compact({ kind: 'ct', ...rest }));

const actions: fc.Arbitrary<Action[]> = fc.array(fc.oneof({ weight: 4, arbitrary: simpleAction }, ct), {
  minLength: 1,
  maxLength: 5,
});

/** In the switch's order, so that decoding gives the same list. */
const instructions: fc.Arbitrary<Instruction[]> = fc
  .record({
    meter: some(u32),
    apply: some(actions),
    write: some(actions),
    metadata: some(u64),
    table: some(fc.nat({ max: 254 })),
  })
  .map(({ meter, apply, write, metadata, table }) => [
    ...(meter === undefined ? [] : [{ kind: 'meter' as const, meter }]),
    ...(apply === undefined ? [] : [{ kind: 'apply_actions' as const, actions: apply }]),
    ...(write === undefined ? [] : [{ kind: 'write_actions' as const, actions: write }]),
    ...(metadata === undefined ? [] : [{ kind: 'write_metadata' as const, metadata, mask: 0xffn }]),
    ...(table === undefined ? [] : [{ kind: 'goto_table' as const, table }]),
  ]);

export const flow: fc.Arbitrary<Flow> = fc
  .record({
    table: fc.nat({ max: 254 }),
    priority: u16,
    cookie: u64,
    match,
    instructions,
    hardTimeout: some(fc.integer({ min: 1, max: 65535 })),
    flags: some(fc.constantFrom(1, 2, 9)),
  })
  .map(compact);

const flowMod = flow.map((rest): Message => ({ type: 'flow_mod', command: 'add', ...rest }));

export const message: fc.Arbitrary<Message> = fc.oneof(
  { weight: 5, arbitrary: flowMod },
  fc
    .uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 1 })
    .map((versions): Message => ({ type: 'hello', versions: versions.toSorted((a, b) => a - b) })),
  data.map((bytes): Message => ({ type: 'echo_request', data: bytes })),
  fc.constant<Message>({ type: 'barrier_request' }),
  fc
    .record({
      bundle: u32,
      flags: fc.constantFrom({}, { atomic: true }, { atomic: true, ordered: true }),
      message: flowMod,
    })
    .map((rest): Message => ({ type: 'bundle_add', ...rest })),
  fc.record({ inPort: u32, actions, data }).map((rest): Message => ({ type: 'packet_out', ...rest })),
  fc
    .record({
      reason: fc.constantFrom('no_match' as const, 'action' as const, 77),
      table: u8,
      cookie: u64,
      totalLength: u16,
      data,
      userdata: some(data),
    })
    .map((rest): Message =>
      compact({
        type: 'packet_in',
        format: 'packet_in2',
        metadata: [
          { field: 'in_port', value: 3 },
          { field: 'reg0', value: 7 },
        ],
        ...rest,
      }),
    ),
  fc
    .record({
      group: u32,
      buckets: fc.array(fc.record({ weight: fc.integer({ min: 2, max: 65535 }), actions }), { maxLength: 3 }),
    })
    .map((rest): Message => ({ type: 'group_mod', command: 'add', groupType: 'select', ...rest })),
  fc.record({ meter: u32, rate: u32, burst: u32 }).map(({ meter, rate, burst }): Message => ({
    type: 'meter_mod',
    command: 'modify',
    meter,
    flags: ['pktps', 'burst'],
    bands: [{ kind: 'drop', rate, burst }],
  })),
  fc
    .record({ more: fc.boolean(), flows: fc.array(fc.tuple(flow, u64), { maxLength: 3 }) })
    .map(({ more, flows }): Message => ({
      type: 'multipart_reply',
      more,
      body: {
        kind: 'flow',
        flows: flows.map(([entry, packets]) => ({
          ...entry,
          packets,
          bytes: 5n,
          durationSeconds: 6,
          durationNanoseconds: 7,
        })),
      },
    })),
  fc
    .record({ vendor: u32, subtype: u32, data })
    .filter(({ vendor }) => vendor !== 0x2320 && vendor !== 0x4f4e4600)
    .map((rest): Message => ({ type: 'experimenter', ...rest })),
  fc
    .record({ messageType: fc.integer({ min: 31, max: 255 }), body: data })
    .map((rest): Message => ({ type: 'unknown', version: 4, ...rest })),
);
