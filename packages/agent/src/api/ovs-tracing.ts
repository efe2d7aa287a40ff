import { tryParseIp, type IpAddress } from '@antrea-ts/net-types';
import { isKubeError, resources, type KubeClient } from '@antrea-ts/kube';
import { appctl, isOvsError } from '@antrea-ts/ovs';
import { errorMessage, HttpError, type Router } from '@antrea-ts/runtime';
import { resolveTrace, type TraceNode } from './resolve-trace.js';
import { parseTraceRequest } from './trace-request.js';

/** The switch is busy while it traces: not for long. */
const deadlineMs = 10_000;

/** Adds `/ovstracing`: what the switch would do with a packet, in its own words (`ovs-appctl ofproto/trace`). */
export function routeOvsTracing(
  router: Router,
  options: { readonly bridge: string; readonly runDir: string },
  node: TraceNode,
): void {
  router.get('/ovstracing', async ({ query, signal }) => {
    const flow = await resolveTrace(parseTraceRequest(query), node);
    const either = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
    // One argument of a control command: no shell and no option can come of what was given.
    const result = await appctl({ runDir: options.runDir }, 'ofproto/trace', [options.bridge, flow], {
      signal: either,
      pidTimeoutMs: deadlineMs / 2,
    }).catch((error: unknown) => {
      if (isOvsError(error, 'appctl')) return error.message;
      throw new HttpError(500, `failed to execute tracing command: ${errorMessage(error)}`, { cause: error });
    });
    return { body: { json: { result } } };
  });
}

/** Addresses of Pods and Services, from the Kubernetes API. */
export function clusterAddresses(
  client: Pick<KubeClient, 'get'>,
): Pick<TraceNode, 'podAddresses' | 'serviceAddresses'> {
  return {
    async podAddresses(namespace, name) {
      const pod = await client.get(resources.pods, { namespace, name }).catch(unlessAbsent);
      return pod && addresses(pod.status?.podIPs?.map(({ ip }) => ip) ?? [pod.status?.podIP]);
    },
    async serviceAddresses(namespace, name) {
      const service = await client.get(resources.services, { namespace, name }).catch(unlessAbsent);
      return service && addresses(service.spec?.clusterIPs ?? [service.spec?.clusterIP]);
    },
  };
}

function addresses(texts: readonly (string | undefined)[]): IpAddress[] {
  return texts.flatMap((text) => tryParseIp(text ?? '') ?? []);
}

function unlessAbsent(error: unknown): undefined {
  if (isKubeError(error, 'not-found')) return undefined;
  throw error;
}
