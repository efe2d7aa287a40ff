import { libc } from '../libc.js';
import { hostIsLittleEndian, viewOf } from '../netlink/byte-order.js';
import { runHere } from './own-network.js';
import { checkResult } from '../system-error.js';

const afPacket = 17;
const sockRawNonblockCloexec = 3 | 0x800 | 0x80000;
const everyProtocol = 0x0003;

/** Collects what arrives on an interface of this namespace. */
export class PacketTap {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  static open(interfaceName: string): PacketTap {
    const index = Number(runHere('ip', '-o', 'link', 'show', interfaceName).split(':')[0]);
    const fd = checkResult('open packet socket', libc.call.socket(afPacket, sockRawNonblockCloexec, 0));
    const address = new Uint8Array(20);
    viewOf(address).setUint16(0, afPacket, hostIsLittleEndian);
    viewOf(address).setUint16(2, everyProtocol);
    viewOf(address).setInt32(4, index, hostIsLittleEndian);
    checkResult('bind packet socket', libc.call.bind(fd, address, address.length));
    return new PacketTap(fd);
  }

  /** What has arrived so far. */
  read(): readonly Uint8Array[] {
    const frames: Uint8Array[] = [];
    const buffer = new Uint8Array(2048);
    for (;;) {
      const length = libc.call.recv(this.#fd, buffer, buffer.length, 0);
      if (length < 0) return frames;
      frames.push(buffer.slice(0, length));
    }
  }

  close(): void {
    libc.call.close(this.#fd);
  }
}
