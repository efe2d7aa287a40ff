import { findField, type SubField } from '@antrea-ts/openflow';

/** Fields that exist once per protocol, by the one name that a match of any protocol uses. */
const shared: Readonly<Record<string, string>> = {
  in_port_oxm: 'in_port',
  tcp_src: 'tp_src',
  udp_src: 'tp_src',
  sctp_src: 'tp_src',
  tcp_dst: 'tp_dst',
  udp_dst: 'tp_dst',
  sctp_dst: 'tp_dst',
  icmpv6_type: 'icmp_type',
  icmpv6_code: 'icmp_code',
};
const wideRegister = /^(xx?)reg(\d+)$/;

/** One name for each field, whatever the spelling. Unknown names stay as they are. */
export function fieldName(name: string): string {
  const canonical = findField(name)?.name ?? name;
  return shared[canonical] ?? canonical;
}

/** The bits of a field; those that are made of others as their parts, the most significant first. */
function partsOf(name: string): readonly string[] {
  const [, kind, number] = wideRegister.exec(name) ?? [];
  if (kind === undefined) return [name];
  const count = kind === 'xx' ? 4 : 2;
  return Array.from({ length: count }, (_, index) => `reg${Number(number) * count + index}`);
}

/** Everything that flows can match and change of one packet. Fields that were never set are 0. */
export class PacketState {
  readonly #fields: Map<string, bigint>;

  constructor(fields: Iterable<readonly [string, bigint]> = []) {
    this.#fields = new Map(fields);
  }

  copy(): PacketState {
    return new PacketState(this.#fields);
  }

  get(name: string): bigint {
    const parts = partsOf(name);
    if (parts.length === 1) return this.#fields.get(name) ?? 0n;
    return parts.reduce((value, part) => (value << 32n) | (this.#fields.get(part) ?? 0n), 0n);
  }

  set(name: string, value: bigint): void {
    const parts = partsOf(name);
    parts.forEach((part, index) => {
      const shifted = parts.length === 1 ? value : BigInt.asUintN(32, value >> BigInt(32 * (parts.length - 1 - index)));
      this.#fields.set(part, shifted);
    });
  }

  getBits({ field, offset, bits }: SubField): bigint {
    return BigInt.asUintN(bits, this.get(fieldName(field)) >> BigInt(offset));
  }

  setBits({ field, offset, bits }: SubField, value: bigint): void {
    const mask = ((1n << BigInt(bits)) - 1n) << BigInt(offset);
    this.setMasked(fieldName(field), value << BigInt(offset), mask);
  }

  setMasked(name: string, value: bigint, mask: bigint): void {
    this.set(name, (this.get(name) & ~mask) | (value & mask));
  }

  /** Fields that are not 0, for people. */
  *entries(): Generator<readonly [string, bigint]> {
    for (const [name, value] of this.#fields) if (value !== 0n) yield [name, value];
  }
}
