import { connect } from 'node:net';
import type { Logger } from '@antrea-ts/runtime';
import type { Components } from '../components.js';
import { linuxRuntime } from '../kubelet/container-runtime.js';
import type { LabOptions } from '../options.js';
import type { NodePaths } from '../paths.js';
import type { AddressPlan, NodePlan } from '../plan/addresses.js';
import { controllerEnvironment } from '../plan/endpoints.js';
import { createComponentProcess, type ComponentCommand, type ComponentProcess } from '../process/component-process.js';
import type { Namespace } from '../process/namespace.js';
import { startWindowsNode } from '../windows/windows-node.js';
import type { LabNode } from './lab-node.js';
import { createOvsDaemons, type OvsDaemon, type OvsDaemons } from './ovs-daemons.js';
import { connectUplink } from './uplink.js';

interface Modules {
  /** The Node, and its held namespace. */
  readonly plan: NodePlan;
  readonly paths: NodePaths;
  readonly namespace: Namespace;
  readonly addresses: AddressPlan;
  readonly components: Components;
  readonly options: LabOptions;
  readonly labDir: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Starts Open vSwitch of a Node and puts the Node on the underlay; its agent can be started then. */
export function startNode(modules: Modules): Promise<LabNode> {
  const { plan } = modules;
  const ovs = createOvsDaemons({ ...modules, os: plan.os });
  return plan.os === 'windows' ? startWindows(ovs, modules) : startLinux(ovs, modules);
}

async function startLinux(ovs: OvsDaemons, modules: Modules): Promise<LabNode> {
  const { plan, paths, namespace, addresses, components, options } = modules;
  const start = async (daemon?: OvsDaemon): Promise<void> => {
    await ovs.start(daemon);
    if (daemon !== 'ovsdb-server') await connectUplink(plan, addresses, options, namespace);
  };
  await start();
  const command = components.agent({ config: paths.agentConfig, logs: paths.logs });
  return {
    plan,
    paths,
    namespace,
    ovs: { ...ovs, start },
    agent: agentProcess(modules, command, { NODE_NAME: plan.name }),
    runtime: linuxRuntime(namespace, components.plugin),
    isServing: () => accepts(paths.cniSocket),
  };
}

async function startWindows(ovs: OvsDaemons, modules: Modules): Promise<LabNode> {
  const { plan, paths, namespace } = modules;
  await ovs.start();
  const { machine, runtime, agent, isServing } = await startWindowsNode(modules);
  const start = async (daemon?: OvsDaemon): Promise<void> => {
    await ovs.start(daemon);
    await machine.settle();
  };
  return {
    plan,
    paths,
    namespace,
    ovs: { ...ovs, start },
    agent: agentProcess(modules, agent, {}),
    runtime,
    isServing,
  };
}

function agentProcess(
  { plan, paths, namespace, addresses }: Modules,
  command: ComponentCommand,
  env: Readonly<Record<string, string>>,
): ComponentProcess {
  return createComponentProcess({
    name: `antrea-agent on ${plan.name}`,
    namespace,
    logFile: paths.agentLog,
    command: { ...command, env: { ...command.env, ...controllerEnvironment(addresses), ...env } },
  });
}

function accepts(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
