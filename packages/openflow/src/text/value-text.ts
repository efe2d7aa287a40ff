import { andValues } from '../codec/field-value.js';
import { OpenflowError } from '../errors.js';
import type { Field } from '../fields/field.js';
import type { FieldValue } from '../model/field.js';
import { ctStateNames, formatFlags, parseFlags, tcpFlagNames, tunnelFlagNames, type FlagNames } from './flag-text.js';
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from './ip-text.js';
import { formatPort, parsePort } from './port-text.js';
import { portFrom16, portTo16 } from '../codec/constants.js';

interface Masked {
  readonly value: FieldValue;
  readonly mask?: FieldValue;
}

const flagFields: Readonly<Record<string, { names: FlagNames; all: number | undefined; parsedAll: number }>> = {
  ct_state: { names: ctStateNames, all: 0xff, parsedAll: 0xff },
  tcp_flags: { names: tcpFlagNames, all: 0xfff, parsedAll: 0xfff },
  tun_flags: { names: tunnelFlagNames, all: undefined, parsedAll: 1 },
};

/** The five forms of the fragment bits: 1 is any fragment, 2 a later one. */
const fragments: Readonly<Record<string, readonly [number, number]>> = {
  no: [0, 3],
  first: [1, 3],
  later: [3, 3],
  yes: [1, 1],
  not_later: [0, 2],
};

/** Zero has no prefix, as printf's `%#x` has it. */
export function formatHex(value: FieldValue): string {
  return value === 0 || value === 0n ? '0' : `0x${value.toString(16)}`;
}

/** A number in decimal, hexadecimal (`0x`) or octal (leading `0`) form. Throws `text_syntax`. */
export function parseInteger(text: string): bigint {
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text))
    throw new OpenflowError('text_syntax', `parse number ${JSON.stringify(text)}`);
  return BigInt(text);
}

/** Value and mask of a field as `set_field` and `learn` show them. */
export function formatValue(field: Field, value: FieldValue, mask?: FieldValue): string {
  const flags = flagFields[field.format];
  if (flags !== undefined) return formatFlags(flags.names, Number(value), Number(mask ?? field.all), flags.all);
  switch (field.format) {
    case 'ipv4':
      return formatIpv4(Number(value)) + maskSuffix(field, mask, (whole) => formatIpv4(Number(whole)));
    case 'ipv6':
      return formatIpv6(BigInt(value)) + maskSuffix(field, mask, (whole) => formatIpv6(BigInt(whole)));
    case 'mac':
      return formatMac(Number(value)) + (mask === undefined ? '' : `/${formatMac(Number(mask))}`);
    case 'port':
      return formatPort(field.bits === 16 ? portFrom16(Number(value)) : Number(value));
    case 'frag':
      return formatFragment(Number(value), Number(mask ?? 3));
    case 'decimal':
      return `${value}${mask === undefined ? '' : `/${formatHex(mask)}`}`;
    default:
      return `${formatHex(value)}${mask === undefined ? '' : `/${formatHex(mask)}`}`;
  }
}

function maskSuffix(field: Field, mask: FieldValue | undefined, whole: (mask: FieldValue) => string): string {
  if (mask === undefined) return '';
  const prefix = prefixLength(field.bits, BigInt(mask));
  return `/${prefix ?? whole(mask)}`;
}

function prefixLength(bits: number, mask: bigint): number | undefined {
  const inverted = ((1n << BigInt(bits)) - 1n) ^ mask;
  if ((inverted & (inverted + 1n)) !== 0n) return undefined;
  return bits - (inverted === 0n ? 0 : inverted.toString(2).length);
}

export function formatMac(value: number): string {
  return value
    .toString(16)
    .padStart(12, '0')
    .replace(/..(?=.)/g, '$&:');
}

function formatFragment(value: number, mask: number): string {
  const found = Object.entries(fragments).find(([, [bits, used]]) => bits === (value & used) && used === mask);
  return found?.[0] ?? '<error>';
}

/** Reads a value in any form that `ovs-ofctl` takes for the field. Throws `text_syntax`. */
export function parseValue(field: Field, text: string): Masked {
  const flags = flagFields[field.format];
  if (flags !== undefined) {
    const { value, mask } = parseFlags(flags.names, text, flags.parsedAll);
    return mask === flags.parsedAll && field.format !== 'ct_state' ? { value } : { value, mask };
  }
  if (field.format === 'frag') return parseFragment(text);
  if (field.format === 'port') {
    const port = parsePort(text);
    return { value: field.bits === 16 ? portTo16(port) : port };
  }
  const [valueText, maskText] = text.split('/');
  const value = parseOne(field, valueText!);
  if (maskText === undefined) return { value };
  const mask = parseMask(field, maskText);
  return { value: andValues(value, mask), mask };
}

function parseFragment(text: string): Masked {
  const found = fragments[text];
  if (found === undefined)
    throw new OpenflowError('text_syntax', `parse nw_frag=${text}: no, yes, first, later or not_later`);
  return { value: found[0], mask: found[1] };
}

function parseMask(field: Field, text: string): FieldValue {
  if ((field.format === 'ipv4' || field.format === 'ipv6') && /^\d+$/.test(text)) {
    const bits = BigInt(field.bits);
    const length = BigInt(text);
    if (length > bits) throw new OpenflowError('text_syntax', `parse ${field.name}: prefix length ${text}`);
    return narrow(field, ((1n << bits) - 1n) ^ ((1n << (bits - length)) - 1n));
  }
  return parseOne(field, text);
}

function parseOne(field: Field, text: string): FieldValue {
  switch (field.format) {
    case 'ipv4':
      return parseIpv4(text);
    case 'ipv6':
      return parseIpv6(text);
    case 'mac':
      if (!/^([0-9a-f]{1,2}:){5}[0-9a-f]{1,2}$/i.test(text))
        throw new OpenflowError('text_syntax', `parse MAC address ${text}`);
      return text.split(':').reduce((value, byte) => value * 256 + parseInt(byte, 16), 0);
    default:
      return narrow(field, parseInteger(text));
  }
}

/** A value in the type that the field's width asks for; the encoder checks the width itself. */
export function narrow(field: Field, value: bigint): FieldValue {
  return field.bytes <= 6 ? Number(value) : value;
}
