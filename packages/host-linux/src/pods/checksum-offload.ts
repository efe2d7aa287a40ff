import { addressOf } from '@antrea-ts/ffi';
import { hostIsLittleEndian, viewOf } from '../netlink/byte-order.js';
import { libc } from '../libc.js';
import { checkResult } from '../system-error.js';

const afInet = 2;
const sockDgramCloexec = 2 | 0x80000;
const siocEthtool = 0x8946n;
const ethtoolSetTxChecksum = 0x17;

/**
 * Has an interface of the current namespace compute checksums of what it sends, instead of leaving them to hardware
 * that a userspace datapath does not have: without this, TCP through it hangs.
 */
export function disableTransmitChecksumOffload(interfaceName: string): void {
  const operation = `turn off checksum offload of ${interfaceName}`;
  const command = new Uint8Array(new ArrayBuffer(8)); // struct ethtool_value
  viewOf(command).setUint32(0, ethtoolSetTxChecksum, hostIsLittleEndian);
  const request = new Uint8Array(new ArrayBuffer(40)); // struct ifreq
  request.set(new TextEncoder().encode(interfaceName).subarray(0, 15));
  viewOf(request).setBigUint64(16, addressOf(command), hostIsLittleEndian);
  const fd = checkResult(operation, libc.call.socket(afInet, sockDgramCloexec, 0));
  try {
    checkResult(operation, libc.call.ioctl(fd, siocEthtool, request));
  } finally {
    libc.call.close(fd);
    // Keeps the buffer that the request points to.
    command.fill(0);
  }
}
