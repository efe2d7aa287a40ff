import { decodeMessage, version13 } from '../codec/message.js';
import { SessionError } from './errors.js';

const REMEDY = 'allow it on the bridge: ovs-vsctl set Bridge NAME protocols=OpenFlow10,OpenFlow13';
const OPENFLOW_NAMES: Readonly<Record<number, string>> = { 1: '1.0', 2: '1.1', 3: '1.2', 4: '1.3', 5: '1.4', 6: '1.5' };

/** Checks the peer's first message. Throws `version` or `protocol` where no session can come of it. */
export function checkHello(frame: Uint8Array): void {
  const { message } = decodeFirst(frame);
  switch (message.type) {
    case 'hello':
      if (message.versions.includes(version13)) return;
      throw new SessionError(
        'version',
        `agree on a protocol version: the switch speaks OpenFlow ${versionNames(message.versions)}, we need 1.3; ${REMEDY}`,
      );
    case 'error':
      throw new SessionError(
        'version',
        `agree on a protocol version: the switch refused our hello (${message.name}); ${REMEDY}`,
      );
    default:
      throw new SessionError('protocol', `greet the switch: it began with ${message.type} instead of hello`);
  }
}

function decodeFirst(frame: Uint8Array): ReturnType<typeof decodeMessage> {
  try {
    return decodeMessage(frame);
  } catch (cause) {
    throw new SessionError('protocol', 'greet the switch: its first message is no OpenFlow hello', { cause });
  }
}

function versionNames(versions: readonly number[]): string {
  return versions.map((version) => OPENFLOW_NAMES[version] ?? `version byte ${version}`).join(', ') || 'no version';
}
