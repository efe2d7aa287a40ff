import { decodeMessage } from '../codec/message.js';
import type { BatchMessage } from './batch-writer.js';

/** A message as a person would write it, for errors. Never throws, since it runs while an error is reported. */
export function describeMessage(message: BatchMessage): string {
  try {
    const object = message instanceof Uint8Array ? decodeMessage(message).message : message;
    return object.type;
  } catch {
    return 'a message that cannot be decoded';
  }
}
