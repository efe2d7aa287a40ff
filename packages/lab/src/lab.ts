import { mkdir, writeFile } from 'node:fs/promises';
import { errorMessage, runCommand, type Logger } from '@antrea-ts/runtime';
import { startApi, type LabApi } from './api/start-api.js';
import { findComponents, type Components } from './components.js';
import {
  controllerReady,
  holdControllerNamespace,
  startController,
  type LabController,
} from './controller/lab-controller.js';
import { LabError } from './errors.js';
import { startOutside, type Outside } from './external/outside.js';
import type { Nameservers } from './kubelet/pod-files.js';
import { runKubelets } from './kubelet/kubelet.js';
import { runScheduler } from './kubelet/scheduler-loop.js';
import { connectNetwork } from './network/network-between.js';
import { listenInNamespace } from './network/passed-sockets.js';
import { holdNodeNamespace, type LabNode } from './node/lab-node.js';
import { nodeObject } from './node/node-object.js';
import { startNode } from './node/start-node.js';
import type { LabOptions } from './options.js';
import type { LabPaths } from './paths.js';
import { planAddresses, type AddressPlan } from './plan/addresses.js';
import { planNetworkConfig } from './plan/network-config.js';
import { renderAgentConfig, servesServices } from './plan/agent-config.js';
import { apiPort, apiUrl } from './plan/endpoints.js';
import { holdNamespace, type Namespace } from './process/namespace.js';
import { waitFor } from './process/wait-for.js';
import { windowsPath } from './windows/wine.js';

const agentStartMs = 60_000;
const windowsAgentStartMs = 120_000;
/** Who the agent is to the API: the account that Antrea's manifest gives it. */
const agentUser = {
  name: 'system:serviceaccount:kube-system:antrea-agent',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system'],
};

/** What is recorded for commands that enter a namespace without asking the daemon. */
export interface NamespaceRecord {
  readonly underlay: number;
  readonly external: number;
  readonly controller: number;
  readonly nodes: Readonly<Record<string, number>>;
}

/** A lab that is up. */
export interface Lab {
  readonly options: LabOptions;
  readonly plan: AddressPlan;
  readonly nodes: ReadonlyMap<string, LabNode>;
  readonly controller: LabController;
  readonly api: LabApi;
  readonly outside: Outside;
}

export interface LabModules {
  readonly options: LabOptions;
  readonly paths: LabPaths;
  readonly log: Logger;
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Brings a lab up. What was made stays when it fails, to be looked at; `lab down` removes it. */
export async function startLab(modules: LabModules): Promise<Lab> {
  const { options, paths, progress, log } = modules;
  const components = findComponents();
  const plan = planAddresses(options);
  await mkdir(paths.pods, { recursive: true });
  const starting = startApi({
    paths,
    families: plan.families,
    rbac: options.rbac ?? false,
    log: log.child('api'),
  });
  starting.catch(() => {});

  progress(
    `network namespaces for ${plan.nodes.length} ${plan.nodes.length === 1 ? 'Node' : 'Nodes'}, the underlay and the outside world`,
  );
  const { underlay, external, controllerNamespace, nodeNamespaces } = await makeNamespaces(plan, paths);
  await connectNetwork(plan, { underlay, external, controller: controllerNamespace, nodes: nodeNamespaces });

  progress(`Open vSwitch on every Node (datapath ${options.datapath})`);
  const [outside, nodes, api] = await Promise.all([
    starting.then(({ services }) => startOutside(external, { plan, services, log: log.child('outside') })),
    startNodes(plan, nodeNamespaces, components, modules),
    starting,
  ]);
  progress('Kubernetes API');
  // The API's door for the Nodes: sockets in the underlay.
  const doors = await listenInNamespace(
    underlay,
    plan.families.map(({ underlayRouter }) => ({ kind: 'tcp', address: underlayRouter, port: apiPort })),
  );
  for (const door of doors) if (door.kind === 'tcp') api.acceptFrom(door.server);

  const node = plan.families.map(({ dns }) => dns);
  const cluster = servesServices(options) ? plan.families.map(({ clusterDns }) => clusterDns) : node;
  const nameservers = { cluster, node };
  await startKubernetes({ api, nodes, nameservers, modules });
  const server = apiUrl(plan);
  progress('antrea-controller');
  const controller = await startController({
    namespace: controllerNamespace,
    paths: paths.controller,
    components,
    options,
    api,
    server,
  });
  await Promise.all([
    controllerReady(controller, paths.controller, modules),
    startAgents(nodes, { plan, api, server }, modules),
  ]);
  return { options, plan, nodes, controller, api, outside };
}

async function makeNamespaces(
  plan: AddressPlan,
  paths: LabPaths,
): Promise<{
  underlay: Namespace;
  external: Namespace;
  controllerNamespace: Namespace;
  nodeNamespaces: Map<string, Namespace>;
}> {
  const [underlay, external, controllerNamespace, ...held] = await Promise.all([
    holdNamespace({ name: 'underlay', labDir: paths.dir, router: true }),
    holdNamespace({ name: 'external', labDir: paths.dir }),
    holdControllerNamespace(paths),
    ...plan.nodes.map((node) => holdNodeNamespace(node, paths.node(node.name), paths.dir)),
  ]);
  const nodeNamespaces = new Map(held.map((namespace) => [namespace.name, namespace]));
  const record: NamespaceRecord = {
    underlay: underlay.pid,
    external: external.pid,
    controller: controllerNamespace.pid,
    nodes: Object.fromEntries(held.map(({ name, pid }) => [name, pid])),
  };
  await writeFile(paths.namespaces, JSON.stringify(record));
  return { underlay, external, controllerNamespace, nodeNamespaces };
}

async function startNodes(
  addresses: AddressPlan,
  namespaces: ReadonlyMap<string, Namespace>,
  components: Components,
  { options, paths, log, signal }: LabModules,
): Promise<Map<string, LabNode>> {
  const nodes = await Promise.all(
    addresses.nodes.map((plan) =>
      startNode({
        plan,
        paths: paths.node(plan.name),
        namespace: namespaces.get(plan.name)!,
        addresses,
        components,
        options,
        labDir: paths.dir,
        log: log.child('node').child({ node: plan.name }),
        signal,
      }),
    ),
  );
  return new Map(nodes.map((node) => [node.plan.name, node]));
}

async function startKubernetes(start: {
  readonly api: LabApi;
  readonly nodes: ReadonlyMap<string, LabNode>;
  readonly nameservers: Nameservers;
  readonly modules: LabModules;
}): Promise<void> {
  const { api, nodes, nameservers, modules } = start;
  const { options, paths, log, signal } = modules;
  const { stdout } = await runCommand('uname', ['-r']);
  const kernel = stdout.trim();
  const allocatesPodCidrs = options.mode !== 'networkPolicyOnly';
  await Promise.all(
    [...nodes.values()].map(async ({ plan, paths: nodePaths }) => {
      await writeFile(nodePaths.networkConfig, `${JSON.stringify(planNetworkConfig(options, plan), null, 2)}\n`);
      await api.cluster.createNode(nodeObject(plan, { kernel, ready: false, allocatesPodCidrs }));
    }),
  );
  const kubelets = new Map(
    [...nodes].map(([name, node]) => [
      name,
      {
        node: node.namespace,
        hostIps: node.plan.addresses,
        runtime: node.runtime,
        network: planNetworkConfig(options, node.plan),
        paths,
        nameservers,
        log: log.child('kubelet').child({ node: name }),
      },
    ]),
  );
  await runKubelets(kubelets, { cluster: api.cluster, signal });
  await runScheduler({ cluster: api.cluster, log: log.child('scheduler'), signal });
}

async function startAgents(
  nodes: ReadonlyMap<string, LabNode>,
  { plan, api, server }: { readonly plan: AddressPlan; readonly api: LabApi; readonly server: string },
  { options, progress, log, signal }: LabModules,
): Promise<void> {
  progress('antrea-agent on every Node');
  await Promise.all(
    [...nodes.values()].map(async ({ paths, plan: nodePlan, agent, isServing }) => {
      await writeFile(paths.kubeconfig, await api.kubeconfig(server, agentUser), { mode: 0o600 });
      const { os } = nodePlan;
      const kubeconfig = os === 'windows' ? windowsPath(paths.kubeconfig) : paths.kubeconfig;
      await writeFile(paths.agentConfig, renderAgentConfig(options, plan, { os, kubeconfig }));
      agent.start();
      await waitFor(
        `antrea-agent on ${nodePlan.name} to answer CNI calls`,
        () => {
          agent.assertAlive();
          return isServing();
        },
        { timeoutMs: os === 'windows' ? windowsAgentStartMs : agentStartMs, signal },
      ).catch((error: unknown) => {
        log.error('Agent did not start', { node: nodePlan.name, error: errorMessage(error) });
        throw error instanceof LabError && error.code === 'timed-out'
          ? new LabError('component', `${error.message}; its log is ${paths.agentLog}`, { cause: error })
          : error;
      });
      const node = nodeObject(nodePlan, { kernel: '', ready: true, allocatesPodCidrs: false });
      await api.cluster.patchStatus('nodes', node, { conditions: node.status!.conditions });
      progress(`${nodePlan.name} is Ready`);
    }),
  );
}
