import type { ControllerInfo, InfoCondition } from '@antrea-ts/apis';
import { createReflector, InfoPublisher, isKubeError, resources, type KubeClient } from '@antrea-ts/kube';
import { systemClock, type HealthChecks } from '@antrea-ts/runtime';
import type { ControllerOptions } from '../config/options.js';
import type { PartModules } from '../controller.js';
import type { PolicyParts } from '../policy/start-policies.js';
import { version } from '../version.js';

/** How soon it is told that what was wrong is well again, and that agents came or went. */
const lookIntervalMs = 2_000;

/** Tells of the controller in AntreaControllerInfo, and removes what agents told whose Nodes are gone. */
export async function startInfo(
  options: ControllerOptions,
  { policies, stores }: PolicyParts,
  modules: PartModules,
): Promise<void> {
  const { client, logger, lifetime, health } = modules;
  let isHealthy = true;
  let connectedAgents = 0;
  const fields = async (): Promise<ControllerInfo> => {
    const condition = await healthCondition(health);
    isHealthy = condition.status === 'True';
    connectedAgents = stores.appliedToGroups.watchers;
    const { networkPolicies, addressGroups, appliedToGroups } = policies.counts();
    return {
      version,
      podRef: options.podName === '' ? {} : { kind: 'Pod', name: options.podName, namespace: options.namespace },
      nodeRef: options.nodeName === '' ? {} : { kind: 'Node', name: options.nodeName },
      serviceRef: { kind: 'Service', name: 'antrea' },
      networkPolicyControllerInfo: {
        networkPolicyNum: networkPolicies,
        addressGroupNum: addressGroups,
        appliedToGroupNum: appliedToGroups,
      },
      connectedAgentNum: connectedAgents,
      controllerConditions: [condition],
      apiPort: options.apiPort,
    };
  };
  const publisher = new InfoPublisher(
    { resource: resources.antreaControllerInfos, name: 'antrea-controller', fields },
    { client, clock: systemClock, logger: logger.child('info') },
  );
  publisher.start();
  lifetime.onStop(() => publisher.stop());
  const timer = setInterval(() => {
    if (!isHealthy || connectedAgents !== stores.appliedToGroups.watchers) publisher.refresh();
  }, lookIntervalMs);
  lifetime.onStop(() => clearInterval(timer));
  await removeInfosOfGoneNodes(modules);
}

async function healthCondition(health: HealthChecks): Promise<InfoCondition<'ControllerHealthy'>> {
  const problems = [...(await health.problems('ready'))].map(([name, reason]) => `${name}: ${reason}`);
  // To the second, as the API has times.
  const base = {
    type: 'ControllerHealthy',
    lastHeartbeatTime: `${new Date().toISOString().slice(0, 19)}Z`,
  } as const;
  if (problems.length === 0) return { ...base, status: 'True' };
  return { ...base, status: 'False', reason: 'NotReady', message: problems.join('; ') };
}

/** AntreaAgentInfos are named as their Nodes. */
async function removeInfosOfGoneNodes({ client, logger, lifetime, signal }: PartModules): Promise<void> {
  const log = logger.child('info');
  const remove = async (name: string): Promise<void> => {
    log.info('Removing what the agent of a Node told that is gone', { node: name });
    await client.delete(resources.antreaAgentInfos, { name }, { signal }).catch((error: unknown) => {
      if (!signal.aborted && !isKubeError(error, 'not-found')) log.warn('Could not remove it', { node: name, error });
    });
  };
  const nodes = createReflector({
    client,
    resource: resources.nodes,
    project: () => true,
    onChange: ({ kind, key }) => void (kind === 'removed' && remove(key)),
    onSync: () => {
      void agentInfoNames(client, signal).then((names) =>
        Promise.all(names.filter((name) => !nodes.store.has(name)).map(remove)),
      );
    },
    log,
  });
  await nodes.start({ signal });
  lifetime.onStop(() => nodes.stop());
}

async function agentInfoNames(client: KubeClient, signal: AbortSignal): Promise<string[]> {
  try {
    const { items } = await client.list(resources.antreaAgentInfos, { signal });
    return items.map(({ metadata }) => metadata.name);
  } catch {
    // Without the kind there is none of them; without the API the next start looks again.
    return [];
  }
}
