import {
  HostError,
  tryParseDockerNetns,
  type DesiredHostEnd,
  type PodInterfaces,
  type PodInterfaceRef,
  type PodInterfaceSpec,
} from '@antrea-ts/host';
import { z } from 'zod';
import { setMtu } from '../interfaces/gateway.js';
import { hostAdapterName, names } from '../names.js';
import { PowerShellError, type PowerShell } from '../powershell/powershell.js';
import { translated } from '../translate-error.js';
import { Attachments, isNotFound, type AttachmentModules } from './attachment.js';
import { checkWindowsSpec } from './check-windows-spec.js';
import { endpointRequest, endpointSchema, fits, isOurs, recordOf, stateOf, type Endpoint } from './endpoint.js';

/** HNS can hang over an endpoint that is to be removed; 1.3 waits no longer either. */
const deleteDeadlineMs = 1_000;

const networkSchema = z.object({ ID: z.string(), Name: z.string() });

interface Modules extends AttachmentModules {
  readonly powerShell: PowerShell;
}

interface Options {
  readonly signal: AbortSignal;
}

/**
 * Pods' interfaces as endpoints of the Host Network Service, in the namespaces that containerd makes or the containers of
 * Docker.
 */
export function createWindowsPods(modules: Modules): PodInterfaces {
  const { hns, powerShell } = modules;
  const attachments = new Attachments(modules);
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

  const removeEndpoint = (endpoint: Endpoint, options: Options): Promise<void> =>
    absentIsFine(hns.delete(`/endpoints/${endpoint.ID}`, { ...options, deadlineMs: deleteDeadlineMs }));

  async function ensureEndpoint(spec: PodInterfaceSpec, options: Options): Promise<Endpoint> {
    const network = await networkId(options);
    const found = await endpointOf(spec.hostName, options);
    if (found && fits(found, spec, network)) return found;
    if (found) await removeEndpoint(found, options);
    return hns.post('/endpoints/', endpointRequest(spec, network, found?.MacAddress), endpointSchema, options);
  }

  /** Makes the endpoint of a Pod, and puts it where the Pod is. */
  async function attachPod(spec: PodInterfaceSpec, options: Options): Promise<Endpoint> {
    const endpoint = await ensureEndpoint(spec, options);
    try {
      await attachments.ensure(spec, endpoint, options);
      return endpoint;
    } catch (error) {
      // The call may have been aborted: what was made goes with a deadline of its own.
      await removeEndpoint(endpoint, { signal: AbortSignal.timeout(deleteDeadlineMs) }).catch(() => undefined);
      if (!isNotFound(error)) throw error;
      throw new HostError('netns-missing', `${error.message}: the container is gone`, { cause: error });
    }
  }

  /** Gives one more container of a Pod the Pod's endpoint, which stays whatever comes of it. */
  async function attachMember(spec: PodInterfaceSpec, infra: string, options: Options): Promise<Endpoint> {
    const endpoint = await endpointOf(spec.hostName, options);
    if (!endpoint) {
      const problem = `container ${infra}, whose network it is to share, has no endpoint ${spec.hostName}`;
      throw new HostError('interface-missing', `attach container ${spec.containerId}: ${problem}`);
    }
    await attachments.ensure(spec, endpoint, options);
    return endpoint;
  }

  async function inspect({ netns, hostName }: PodInterfaceRef, options: Options) {
    if (netns === undefined) return undefined;
    const endpoint = await endpointOf(hostName, options);
    return endpoint && (await attachments.has(netns, endpoint, options)) ? stateOf(endpoint, true) : undefined;
  }

  async function finishHostEnd({ hostName, mtu }: Required<DesiredHostEnd>, options: Options): Promise<void> {
    const adapter = hostAdapterName(hostName);
    try {
      await powerShell.run([[setMtu(adapter, mtu)]], options);
    } catch (error) {
      if (!(error instanceof PowerShellError && error.errorId.includes('NotFound'))) throw error;
      throw new HostError('interface-missing', `there is no adapter ${adapter} yet`, { cause: error });
    }
  }

  const unsupported = (): never => {
    throw new HostError('unsupported', 'Windows Nodes have no plugins that run before ours');
  };

  return {
    attach: (spec, { signal }) =>
      translated(`attach container ${spec.containerId}`, signal, async () => {
        checkWindowsSpec(spec);
        const docker = tryParseDockerNetns(spec.netns);
        const endpoint = await (docker?.role === 'member'
          ? attachMember(spec, docker.infra, { signal })
          : attachPod(spec, { signal }));
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
    finishHostEnd: (end, options) =>
      translated(`MTU of ${end.hostName}`, options.signal, () => finishHostEnd(end, options)),
    recorded: (options) =>
      translated('list endpoints', options.signal, async () => (await endpoints(options)).map(recordOf)),
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
    if (!isNotFound(error)) throw error;
  }
}
