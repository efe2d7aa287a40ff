import type { ErrorMessage } from '../model/message.js';
import type { WireReader } from '../wire/reader.js';
import type { WireWriter } from '../wire/writer.js';
import { errorNames } from './error-names.js';

const experimenterType = 0xffff;

/** OFPT_ERROR without header (OpenFlow 1.3, 7.4.4). */
export function writeError(writer: WireWriter, message: ErrorMessage): void {
  if (message.vendor === 0) {
    writer.u16(message.errorType);
    writer.u16(message.code);
  } else {
    writer.u16(experimenterType);
    writer.u16(message.errorType);
    writer.u32(message.vendor);
  }
  writer.bytes(message.data);
}

export function readError(body: WireReader): ErrorMessage {
  const type = body.u16();
  const code = body.u16();
  if (type !== experimenterType) return errorMessage(0, type, code, body.rest());
  return errorMessage(body.u32(), code, 0, body.rest());
}

/** An error with the name that Open vSwitch gives it. Of an organisation's errors only the type counts. */
export function errorMessage(vendor: number, errorType: number, code: number, data: Uint8Array): ErrorMessage {
  const key = vendor === 0 ? `${errorType}/${code}` : `0x${vendor.toString(16)}/${errorType}`;
  const name =
    errorNames[key] ?? `${vendor === 0 ? '' : `vendor 0x${vendor.toString(16)} `}type ${errorType} code ${code}`;
  return { type: 'error', vendor, errorType, code, name, data };
}
