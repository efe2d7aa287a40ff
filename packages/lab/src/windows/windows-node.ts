import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { serveLines } from '@antrea-ts/host-windows/testing';
import { ovsEndpoint } from '@antrea-ts/ovs';
import type { Logger } from '@antrea-ts/runtime';
import type { ContainerRuntime } from '../kubelet/container-runtime.js';
import { listenInNamespace, type PassedSocket } from '../network/passed-sockets.js';
import type { NodePaths } from '../paths.js';
import type { AddressPlan, NodePlan } from '../plan/addresses.js';
import { createComponentProcess, type ComponentCommand } from '../process/component-process.js';
import type { Namespace } from '../process/namespace.js';
import { waitFor } from '../process/wait-for.js';
import { acceptGuest } from './guest.js';
import type { GuestSetup } from './guest-protocol.js';
import { startWindowsMachine, type WindowsMachine } from './machine.js';
import { serveSwitchSocket, switchSockets } from './switch-sockets.js';
import { windowsRuntime } from './windows-runtime.js';
import { makeDrive, windowsPath } from './wine.js';

const guestStartMs = 60_000;
/** Ports of the Node's loopback, which nobody else uses. */
const controlPort = 6639;
const machinePort = 6638;
const firstSwitchPort = 6640;

/** Where Open vSwitch keeps its sockets on Windows, unless told. */
const runDir = 'C:\\openvswitch\\var\\run\\openvswitch';
const cniPipe = '\\\\.\\pipe\\cnisock';

/** What makes a Node a Windows one. */
export interface WindowsNode {
  readonly machine: WindowsMachine;
  readonly runtime: ContainerRuntime;
  /** The agent's program. */
  readonly agent: ComponentCommand;
  /** Whether the agent answers CNI calls. */
  readonly isServing: () => Promise<boolean>;
}

interface Modules {
  readonly namespace: Namespace;
  readonly plan: NodePlan;
  readonly paths: NodePaths;
  readonly addresses: AddressPlan;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Makes a held namespace a Windows Node; its Open vSwitch runs already. */
export async function startWindowsNode(modules: Modules): Promise<WindowsNode> {
  const { namespace, plan, paths, addresses, log, signal } = modules;
  const { underlayPrefix } = addresses.families[0]!;
  const hnsStateFile = join(paths.dir, 'hns', 'state');
  await mkdir(dirname(hnsStateFile), { recursive: true });
  const [machine, wine] = await Promise.all([
    startWindowsMachine({
      namespace,
      hnsStateFile,
      invocationsLog: join(paths.logs, 'powershell.log'),
      address: `${plan.addresses[0]}/${underlayPrefix}`,
      router: plan.subnet.routers[0]!,
      log,
      signal,
    }),
    makeDrive(join(paths.dir, 'drive')),
  ]);
  await linkRunDirectories(wine.driveC, paths);
  const env = {
    NODE_NAME: plan.name.toUpperCase(),
    FAKE_HNS_STATE: windowsPath(hnsStateFile),
    FAKE_HNS_FAULTS: windowsPath(join(dirname(hnsStateFile), 'faults')),
    MODEL_MACHINE: `port:${machinePort}`,
    MODEL_ADDRESSES: windowsPath(join(paths.dir, 'hns', 'addresses')),
  };
  const guest = await startGuest(modules, machine, (setup) => wine.command('guest', [JSON.stringify(setup)], env));
  const args = ['--config', windowsPath(paths.agentConfig), '--log-dir', windowsPath(paths.logs)];
  return {
    machine,
    runtime: windowsRuntime(guest, machine),
    agent: wine.command('agent', args, env),
    isServing: async () => (await guest.ask({ verb: 'has-pipe', pipe: cniPipe })) === true,
  };
}

/** What is in the Node's /run is where Windows has it: Open vSwitch's process ids, what the agent keeps, antctl's token. */
async function linkRunDirectories(driveC: string, { run }: NodePaths): Promise<void> {
  for (const [windows, linux] of [
    ['openvswitch/var/run', 'openvswitch'],
    ['var/run', 'antrea'],
  ] as const) {
    await mkdir(join(driveC, windows), { recursive: true });
    await symlink(join(run, linux), join(driveC, windows, linux));
  }
}

async function startGuest(
  { namespace, plan, paths, signal }: Modules,
  machine: WindowsMachine,
  command: (setup: GuestSetup) => ComponentCommand,
) {
  const ports = [controlPort, machinePort, ...switchSockets.map((_, index) => firstSwitchPort + index)];
  const sockets = await listenInNamespace(
    namespace,
    ports.map((port) => ({ kind: 'tcp', address: '127.0.0.1', port })),
  );
  const [control, lines, ...switches] = sockets.map(serverOf);
  serveLines(lines!, () => machine.openSession());
  for (const [index, name] of switchSockets.entries()) {
    serveSwitchSocket(switches[index]!, join(paths.run, 'openvswitch'), name);
  }
  const pipes = Object.fromEntries(
    switchSockets.map((name, index) => [ovsEndpoint(runDir, name, 'win32'), firstSwitchPort + index]),
  );
  const program = createComponentProcess({
    name: `Windows on ${plan.name}`,
    namespace,
    logFile: join(paths.logs, 'guest.log'),
    command: command({ controlPort, pipes }),
  });
  const accepted = acceptGuest(control!, plan.name);
  let isThere = false;
  void accepted.then(() => (isThere = true));
  // Before all others: Wine's server, which this one starts, has the sockets of them all.
  program.start();
  const look = (): boolean => (program.assertAlive(), isThere);
  await waitFor(`Windows on ${plan.name}`, look, { timeoutMs: guestStartMs, signal });
  return accepted;
}

function serverOf(socket: PassedSocket) {
  if (socket.kind === 'tcp') return socket.server;
  throw new Error('asked for a TCP socket');
}
