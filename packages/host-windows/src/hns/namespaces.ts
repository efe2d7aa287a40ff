import { z } from 'zod';
import { tryParseGuid } from './guid.js';
import { HnsError, hresultError } from './hns-error.js';
import type { CallOptions } from './hns.js';
import type { HostComputeLibraries } from './libraries.js';
import { OutText } from './out-text.js';
import { withDeadline } from './with-deadline.js';

/** ResourceType and RequestType of HcnModifyNamespace. */
const endpointResource = 1;
const requests = { add: 0, remove: 1 } as const;

const propertiesSchema = z.object({
  Resources: z.array(z.object({ Type: z.string(), Data: z.object({ Id: z.string() }).loose() })).nullish(),
});

/** Network namespaces of the Host Compute Network service: what containerd makes for a Pod. */
export class HcnNamespaces {
  readonly #libraries: HostComputeLibraries;

  constructor(libraries: HostComputeLibraries) {
    this.#libraries = libraries;
  }

  /** Ids of the endpoints in a namespace. */
  async endpoints(namespace: string, options: CallOptions): Promise<readonly string[]> {
    return this.#within(namespace, 'query', options, async (handle) => {
      const properties = new OutText();
      const record = new OutText();
      const { HcnQueryNamespaceProperties } = this.#libraries.network.background;
      const result = await HcnQueryNamespaceProperties(handle, '', properties.buffer, record.buffer);
      const [text, reason] = [properties.take(this.#libraries), record.take(this.#libraries)];
      if (result < 0) throw hresultError(`query namespace ${namespace}`, result, reason);
      return readEndpoints(namespace, text);
    });
  }

  async attach(namespace: string, endpoint: string, options: CallOptions): Promise<void> {
    await this.#modify('add', namespace, endpoint, options);
  }

  async detach(namespace: string, endpoint: string, options: CallOptions): Promise<void> {
    await this.#modify('remove', namespace, endpoint, options);
  }

  #modify(request: keyof typeof requests, namespace: string, endpoint: string, options: CallOptions): Promise<void> {
    const what = request === 'add' ? `attach endpoint ${endpoint} to` : `detach endpoint ${endpoint} from`;
    return this.#within(namespace, what, options, async (handle) => {
      const record = new OutText();
      const settings = {
        ResourceType: endpointResource,
        RequestType: requests[request],
        Settings: { EndpointId: endpoint },
      };
      const { HcnModifyNamespace } = this.#libraries.network.background;
      const result = await HcnModifyNamespace(handle, JSON.stringify(settings), record.buffer);
      const reason = record.take(this.#libraries);
      if (result < 0) throw hresultError(`${what} namespace ${namespace}`, result, reason);
    });
  }

  async #within<T>(
    namespace: string,
    what: string,
    { signal, deadlineMs = 10_000 }: CallOptions,
    body: (handle: bigint) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const work = async (): Promise<T> => {
      const handle = await this.#open(namespace);
      try {
        return await body(handle);
      } finally {
        this.#libraries.network.call.HcnCloseNamespace(handle);
      }
    };
    return withDeadline(work(), `${what} namespace ${namespace}`, { signal, deadlineMs });
  }

  async #open(namespace: string): Promise<bigint> {
    const id = tryParseGuid(namespace);
    if (!id) throw new HnsError('not-found', `namespace ${namespace}: it is not a GUID`);
    const handle = new Uint8Array(8);
    const record = new OutText();
    const result = await this.#libraries.network.background.HcnOpenNamespace(id, handle, record.buffer);
    const reason = record.take(this.#libraries);
    if (result < 0) throw hresultError(`open namespace ${namespace}`, result, reason);
    return new DataView(handle.buffer).getBigUint64(0, true);
  }
}

function readEndpoints(namespace: string, text: string): readonly string[] {
  try {
    const { Resources } = propertiesSchema.parse(JSON.parse(text));
    return (Resources ?? []).filter(({ Type }) => Type === 'Endpoint').map(({ Data }) => Data.Id);
  } catch (cause) {
    throw new HnsError('malformed', `query namespace ${namespace}: the answer cannot be read`, { cause });
  }
}
