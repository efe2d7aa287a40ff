import { readWideString } from '@antrea-ts/ffi';
import type { HostComputeLibraries } from './libraries.js';

/** An out-parameter for a PWSTR that the callee allocates and the caller frees. */
export class OutText {
  readonly buffer = new Uint8Array(8);

  /** What was written, once: copies it and frees the original. Empty when nothing was. */
  take({ memory }: Pick<HostComputeLibraries, 'memory'>): string {
    const address = new DataView(this.buffer.buffer).getBigUint64(0, true);
    this.buffer.fill(0);
    if (address === 0n) return '';
    try {
      return readWideString(address);
    } finally {
      memory.call.CoTaskMemFree(address);
    }
  }
}
