import { hresultError } from './hns-error.js';
import type { CallOptions } from './hns.js';
import type { HostComputeLibraries } from './libraries.js';
import { OutText } from './out-text.js';
import { withDeadline } from './with-deadline.js';

/** Containers as compute systems of the Host Compute Service: what Docker makes. */
export class HcsContainers {
  readonly #libraries: HostComputeLibraries;

  constructor(libraries: HostComputeLibraries) {
    this.#libraries = libraries;
  }

  /**
   * Gives a running container an endpoint that it has not ("hot attach", of which Docker knows nothing). HNS tells later
   * which containers have it. `not-found`: there is no such container.
   */
  async attach(container: string, endpoint: string, { signal, deadlineMs = 30_000 }: CallOptions): Promise<void> {
    signal.throwIfAborted();
    const what = `attach endpoint ${endpoint} to container ${container}`;
    await withDeadline(this.#attach(container, endpoint, what), what, { signal, deadlineMs });
  }

  async #attach(container: string, endpoint: string, what: string): Promise<void> {
    const handle = await this.#open(container);
    try {
      const record = new OutText();
      const request = JSON.stringify({ ResourceType: 'Network', RequestType: 'Add', Settings: endpoint });
      const { HcsModifyComputeSystem } = this.#libraries.service.background;
      const result = await HcsModifyComputeSystem(handle, request, record.buffer);
      const reason = record.take(this.#libraries);
      if (result < 0) throw hresultError(what, result, reason);
    } finally {
      this.#libraries.service.call.HcsCloseComputeSystem(handle);
    }
  }

  async #open(container: string): Promise<bigint> {
    const handle = new Uint8Array(8);
    const record = new OutText();
    const { HcsOpenComputeSystem } = this.#libraries.service.background;
    const result = await HcsOpenComputeSystem(container, handle, record.buffer);
    const reason = record.take(this.#libraries);
    if (result < 0) throw hresultError(`open container ${container}`, result, reason);
    return new DataView(handle.buffer).getBigUint64(0, true);
  }
}
