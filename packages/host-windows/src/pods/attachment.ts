import { tryParseDockerNetns, type PodInterfaceSpec } from '@antrea-ts/host';
import type { HcsContainers } from '../hns/containers.js';
import { HnsError } from '../hns/hns-error.js';
import type { CallOptions, Hns } from '../hns/hns.js';
import type { HcnNamespaces } from '../hns/namespaces.js';
import { containerOf, sharedSchema, type Endpoint } from './endpoint.js';

export interface AttachmentModules {
  readonly hns: Hns;
  /** What containerd makes for a Pod. */
  readonly namespaces: HcnNamespaces;
  /** What Docker makes. */
  readonly containers: HcsContainers;
}

/** Where an endpoint is: in a namespace with containerd, in each of the Pod's containers with Docker. */
export class Attachments {
  readonly #modules: AttachmentModules;

  constructor(modules: AttachmentModules) {
    this.#modules = modules;
  }

  /** Attaches an endpoint unless it is. `not-found`: there is no such namespace or container. */
  async ensure({ netns, containerId }: PodInterfaceSpec, endpoint: Endpoint, options: CallOptions): Promise<void> {
    const { namespaces, containers } = this.#modules;
    const docker = tryParseDockerNetns(netns);
    if (!docker) {
      if (!(await this.#isInNamespace(netns, endpoint, options))) await namespaces.attach(netns, endpoint.ID, options);
      return;
    }
    if (await this.#isInContainer(containerId, endpoint, options)) return;
    try {
      await containers.attach(containerId, endpoint.ID, options);
    } catch (error) {
      // Kubelet asks for the network of containers, too, that have ended or run without Docker's isolation.
      if (docker.role === 'member' && isNotFound(error)) return;
      throw error;
    }
  }

  /** Whether an endpoint is where a runtime says; a namespace that is gone has none. */
  async has(netns: string, endpoint: Endpoint, options: CallOptions): Promise<boolean> {
    const docker = tryParseDockerNetns(netns);
    try {
      if (!docker) return await this.#isInNamespace(netns, endpoint, options);
      const infra = docker.role === 'member' ? docker.infra : containerOf(endpoint);
      return infra !== undefined && (await this.#isInContainer(infra, endpoint, options));
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }

  async #isInNamespace(netns: string, { ID }: Endpoint, options: CallOptions): Promise<boolean> {
    return (await this.#modules.namespaces.endpoints(netns, options)).includes(ID);
  }

  async #isInContainer(container: string, { ID }: Endpoint, options: CallOptions): Promise<boolean> {
    const { SharedContainers } = await this.#modules.hns.get(`/endpoints/${ID}`, sharedSchema, options);
    return (SharedContainers ?? []).some((each) => each.toLowerCase() === container.toLowerCase());
  }
}

export function isNotFound(error: unknown): error is HnsError {
  return error instanceof HnsError && error.code === 'not-found';
}
