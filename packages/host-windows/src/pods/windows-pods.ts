import { HostError, type PodInterfaces, type PodInterfaceRef, type PodInterfaceSpec } from '@antrea-ts/host';
import { z } from 'zod';
import type { HcnNamespaces } from '../hns/namespaces.js';
import { HnsError } from '../hns/hns-error.js';
import type { Hns } from '../hns/hns.js';
import { setMtu } from '../interfaces/gateway.js';
import { hostAdapterName, names } from '../names.js';
import { PowerShellError, type PowerShell } from '../powershell/powershell.js';
import { translated } from '../translate-error.js';
import { checkWindowsSpec } from './check-windows-spec.js';
import { endpointRequest, endpointSchema, fits, isOurs, stateOf, type Endpoint } from './endpoint.js';

/** HNS can hang over an endpoint that is to be removed; 1.3 waits no longer either. */
const deleteDeadlineMs = 1_000;

const networkSchema = z.object({ ID: z.string(), Name: z.string() });

interface Modules {
  readonly hns: Hns;
  readonly namespaces: HcnNamespaces;
  readonly powerShell: PowerShell;
}

interface Options {
  readonly signal: AbortSignal;
}

/** Pods' interfaces as endpoints of the Host Network Service, in the namespaces that containerd makes. */
export function createWindowsPods({ hns, namespaces, powerShell }: Modules): PodInterfaces {
  const endpoints = async (options: Options): Promise<readonly Endpoint[]> =>
    (await hns.get('/endpoints/', z.array(endpointSchema), options)).filter(isOurs);
  const endpointOf = async (hostName: string, options: Options): Promise<Endpoint | undefined> =>
    (await endpoints(options)).find(({ Name }) => Name === hostName);

  async function networkId(options: Options): Promise<string> {
    const found = (await hns.get('/networks/', z.array(networkSchema), options)).find(
      ({ Name }) => Name === names.hnsNetwork,
    );
    if (!found)
      throw new HostError('failed', `HNS network ${names.hnsNetwork} is not there; the agent makes it at start`);
    return found.ID;
  }

  /** Endpoints whose adapter has its MTU. */
  const mtuSet = new Set<string>();

  const removeEndpoint = async (endpoint: Endpoint, options: Options): Promise<void> => {
    mtuSet.delete(endpoint.ID);
    await absentIsFine(hns.delete(`/endpoints/${endpoint.ID}`, { ...options, deadlineMs: deleteDeadlineMs }));
  };

  async function ensureEndpoint(spec: PodInterfaceSpec, options: Options): Promise<Endpoint> {
    const network = await networkId(options);
    const found = await endpointOf(spec.hostName, options);
    if (found && fits(found, spec, network)) return found;
    if (found) await removeEndpoint(found, options);
    return hns.post('/endpoints/', endpointRequest(spec, network, found?.MacAddress), endpointSchema, options);
  }

  /** Containerd makes the adapter when the call has returned: false then, and the next call sets it. */
  async function trySetMtu({ hostName, mtu }: PodInterfaceSpec, options: Options): Promise<boolean> {
    try {
      await powerShell.run([[setMtu(hostAdapterName(hostName), mtu)]], options);
      return true;
    } catch (error) {
      if (error instanceof PowerShellError && error.errorId.includes('NotFound')) return false;
      throw error;
    }
  }

  async function ensureAttached(spec: PodInterfaceSpec, endpoint: Endpoint, options: Options): Promise<void> {
    try {
      if (!(await namespaces.endpoints(spec.netns, options)).includes(endpoint.ID)) {
        await namespaces.attach(spec.netns, endpoint.ID, options);
      }
      if (!mtuSet.has(endpoint.ID) && (await trySetMtu(spec, options))) mtuSet.add(endpoint.ID);
    } catch (error) {
      // The call may have been aborted: what was made goes with a deadline of its own.
      await removeEndpoint(endpoint, { signal: AbortSignal.timeout(deleteDeadlineMs) }).catch(() => undefined);
      if (!(error instanceof HnsError && error.code === 'not-found')) throw error;
      throw new HostError('netns-missing', `${error.message}: the container is gone`, { cause: error });
    }
  }

  /** The namespace may be gone: then the endpoint is in none. */
  async function isIn(netns: string, endpoint: Endpoint, options: Options): Promise<boolean> {
    try {
      return (await namespaces.endpoints(netns, options)).includes(endpoint.ID);
    } catch (error) {
      if (error instanceof HnsError && error.code === 'not-found') return false;
      throw error;
    }
  }

  async function inspect({ netns, hostName }: PodInterfaceRef, options: Options) {
    if (netns === undefined) return undefined;
    const endpoint = await endpointOf(hostName, options);
    return endpoint && (await isIn(netns, endpoint, options)) ? stateOf(endpoint, true) : undefined;
  }

  const unsupported = (): never => {
    throw new HostError('unsupported', 'Windows Nodes have no plugins that run before ours');
  };

  return {
    attach: (spec, { signal }) =>
      translated(`attach container ${spec.containerId}`, signal, async () => {
        checkWindowsSpec(spec);
        const endpoint = await ensureEndpoint(spec, { signal });
        await ensureAttached(spec, endpoint, { signal });
        return stateOf(endpoint, true);
      }),
    survey: async () => unsupported(),
    adopt: async () => unsupported(),
    detach: ({ hostName }, { signal }) =>
      translated(`detach ${hostName}`, signal, async () => {
        const endpoint = await endpointOf(hostName, { signal });
        if (endpoint) await removeEndpoint(endpoint, { signal });
      }),
    inspect: (ref, options) => translated(`inspect ${ref.hostName}`, options.signal, () => inspect(ref, options)),
    list: (options) =>
      translated('list endpoints', options.signal, async () => (await endpoints(options)).map(({ Name }) => Name)),
    // The switch learns from the Pod's own traffic; there is nobody else to be told.
    announce: (ref, options) =>
      translated(`announce ${ref.hostName}`, options.signal, async () => {
        if (await inspect(ref, options)) return;
        throw new HostError('interface-missing', `announce ${ref.name}: there is no such interface`);
      }),
  };
}

async function absentIsFine(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof HnsError && error.code === 'not-found')) throw error;
  }
}
