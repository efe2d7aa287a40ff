import * as crypto from 'node:crypto';

/** SHA-1 in hexadecimal digits. One-shot where Node has it: three times as fast. */
export const sha1: (bytes: Uint8Array) => string =
  'hash' in crypto
    ? (bytes) => crypto.hash('sha1', bytes, 'hex')
    : (bytes) => crypto.createHash('sha1').update(bytes).digest('hex');
