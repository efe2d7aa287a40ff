import { SystemError } from '../system-error.js';
import { libc } from '../libc.js';
import { u32 } from './attribute-codec.js';

const solSocket = 1;
const solNetlink = 270;

export const socketOption = {
  /** Above the system's limit, as root may. */
  receiveBufferForce: [solSocket, 33],
  receiveTimeout: [solSocket, 20],
  /** An overrun is not reported as an error of the next read. */
  noEnobufs: [solNetlink, 5],
  /** Acknowledgements do not carry the request back. */
  capAck: [solNetlink, 10],
  /** Errors carry a text. */
  extAck: [solNetlink, 11],
} as const;

export function setSocketOption(fd: number, [level, option]: readonly [number, number], value: number): void {
  const bytes = u32.encode(value);
  if (libc.call.setsockopt(fd, level, option, bytes, bytes.length) < 0) {
    throw new SystemError(`set socket option ${level}/${option}`, libc.errno());
  }
}
