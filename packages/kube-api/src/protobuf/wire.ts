/** A body that is no protocol buffer, or one that says impossible things. */
export class WireError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'WireError';
  }
}

/** One field as it is on the wire: a number, or bytes that its type tells how to read. */
export type WireField =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'fixed'; readonly value: Uint8Array }
  | { readonly number: number; readonly kind: 'bytes'; readonly value: Uint8Array };

const maxVarintBytes = 10;
const fixed64 = 1;
const lengthDelimited = 2;
const fixed32 = 5;

/** The fields of a message, in their order. Never reads past its end; throws `WireError`. */
export function* wireFields(message: Uint8Array): Generator<WireField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let index = 0; index < maxVarintBytes; index++) {
      const byte = message[at++];
      if (byte === undefined) throw new WireError('a number ends too early');
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new WireError('a number is too long');
  };
  const bytes = (length: number): Uint8Array => {
    if (length > message.length - at) throw new WireError(`a field of ${length} bytes ends too early`);
    at += length;
    return message.subarray(at - length, at);
  };
  while (at < message.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    const wireType = Number(tag & 7n);
    if (number < 1 || number > 0x1fff_ffff) throw new WireError(`there is no field number ${number}`);
    if (wireType === 0) yield { number, kind: 'varint', value: varint() };
    else if (wireType === fixed64) yield { number, kind: 'fixed', value: bytes(8) };
    else if (wireType === fixed32) yield { number, kind: 'fixed', value: bytes(4) };
    else if (wireType === lengthDelimited) {
      const length = varint();
      yield { number, kind: 'bytes', value: bytes(Number(length)) };
    } else throw new WireError(`there is no wire type ${wireType} here`);
  }
}

/** Numbers that stand one after another in one field. */
export function* packedVarints(bytes: Uint8Array): Generator<bigint> {
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (shift > 70n) throw new WireError('a number is too long');
    if (byte >= 0x80) continue;
    yield BigInt.asUintN(64, value);
    value = 0n;
    shift = 0n;
  }
  if (shift > 0n) throw new WireError('a number ends too early');
}
