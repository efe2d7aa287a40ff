import { OpenflowError } from '../errors.js';

/** `00.01.02`, as notes and userdata are written. */
export function formatDottedBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('.');
}

export function parseDottedBytes(text: string): Uint8Array {
  const hex = text.replaceAll('.', '');
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new OpenflowError('text_syntax', `parse bytes ${text}`);
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
}
