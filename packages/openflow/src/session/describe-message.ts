import { decodeMessage } from '../codec/message.js';
import type { Message } from '../model/message.js';
import { formatFlow, formatGroup, formatMeter } from '../text/format-flow.js';
import type { BatchMessage } from './batch-writer.js';

/** A message as `ovs-ofctl` would write it, for errors. Never throws, since it runs while an error is reported. */
export function describeMessage(message: BatchMessage): string {
  try {
    return describe(message instanceof Uint8Array ? decodeMessage(message).message : message);
  } catch {
    return message instanceof Uint8Array
      ? 'a message that cannot be decoded'
      : `a ${message.type} that cannot be written`;
  }
}

function describe(message: Message): string {
  switch (message.type) {
    case 'flow_mod':
      return `${message.command} flow "${formatFlow(message)}"`;
    case 'group_mod':
      return `${message.command} group "${formatGroup(message)}"`;
    case 'meter_mod':
      return `${message.command} meter "${formatMeter(message).replaceAll('\n', ' ')}"`;
    default:
      return message.type;
  }
}
