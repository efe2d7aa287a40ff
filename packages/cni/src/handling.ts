import { errorMessage } from '@antrea-ts/runtime';
import type { CniCall } from './call.js';
import { CniError, cniErrorCodes } from './errors.js';
import type { NetworkConfig, PreviousResult } from './network-config.js';
import type { CniContainer, PodNetwork } from './pod-network.js';

/** How long an ADD waits for the Node's network before it asks the runtime to come back. */
const readinessTimeoutMs = 30_000;

/** What went wrong with a Pod's connection, as the runtime shall see it: the Pod's trouble, or that of all Pods now. */
export function explained(
  { podNamespace, podName }: CniContainer,
  network: Pick<PodNetwork, 'problem'>,
  cause: unknown,
): CniError {
  if (cause instanceof CniError) return cause;
  const message = `Pod ${podNamespace}/${podName}: ${errorMessage(cause)}`;
  const problem = network.problem();
  if (problem === undefined) return new CniError(cniErrorCodes.configureInterfaceFailure, message, { cause });
  return new CniError(cniErrorCodes.tryAgainLater, `${message}; no Pod can be connected now: ${problem}`, { cause });
}

/** Resolves when Pods may be connected; asks the runtime to come back when that takes too long. */
export async function untilReady(network: PodNetwork, signal: AbortSignal): Promise<void> {
  try {
    await network.ready({ signal: AbortSignal.any([signal, AbortSignal.timeout(readinessTimeoutMs)]) });
  } catch (cause) {
    throw new CniError(
      cniErrorCodes.tryAgainLater,
      `The Node's network is not ready after ${readinessTimeoutMs / 1000} s, try again later`,
      { cause },
    );
  }
}

/** The container of a call. */
export function containerOf(call: CniCall): CniContainer {
  return {
    containerId: call.containerId,
    netns: call.netns,
    ifName: call.ifName,
    // `cnitool` and other runtimes than Kubernetes name no Pod: the container stands for it.
    podName: call.args.get('K8S_POD_NAME') ?? call.containerId,
    podNamespace: call.args.get('K8S_POD_NAMESPACE') ?? '',
  };
}

/** The result of the plugin before, or of the ADD that a CHECK is about. */
export function requiredPrevResult(call: CniCall, { prevResult }: NetworkConfig, hint = ''): PreviousResult {
  if (prevResult !== undefined) return prevResult;
  throw new CniError(
    cniErrorCodes.invalidNetworkConfig,
    `${call.command} of container ${call.containerId}: prevResult is missing from the network configuration${hint}`,
  );
}

/** Whether a result is about the interface of this call. */
export function prevResultProblems(call: CniCall, { interfaces = [] }: PreviousResult): string[] {
  const inPod = interfaces.find((candidate) => candidate.sandbox === call.netns && candidate.name === call.ifName);
  return inPod
    ? []
    : [`prevResult does not match network configuration: it has no interface ${call.ifName} in ${call.netns}`];
}

/** Fails a CHECK that found something. */
export function failOn(problems: readonly string[], { containerId, podNamespace, podName }: CniContainer): void {
  if (problems.length === 0) return;
  throw new CniError(
    cniErrorCodes.checkInterfaceFailure,
    `CHECK of container ${containerId} (Pod ${podNamespace}/${podName}): ${problems.join('; ')}`,
  );
}

export function logFields(container: CniContainer, fields: Record<string, unknown>): Record<string, unknown> {
  return { pod: `${container.podNamespace}/${container.podName}`, container: container.containerId, ...fields };
}
