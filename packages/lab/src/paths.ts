import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where everything of one Node is. */
export interface NodePaths {
  readonly dir: string;
  /** What is `/run` inside the Node. */
  readonly run: string;
  readonly logs: string;
  readonly agentConfig: string;
  readonly agentLog: string;
  readonly kubeconfig: string;
  readonly cniSocket: string;
  /** What would be in the Node's `/etc/cni/net.d`: how the kubelet calls plugins. */
  readonly networkConfig: string;
}

/** Where everything of antrea-controller is. */
export interface ControllerPaths {
  readonly run: string;
  readonly logs: string;
  readonly config: string;
  readonly log: string;
  readonly kubeconfig: string;
  /** Local socket that leads to its API. */
  readonly socket: string;
}

/** Where everything of one lab is. All of it is below `dir`. */
export interface LabPaths {
  readonly name: string;
  readonly dir: string;
  readonly options: string;
  readonly controlSocket: string;
  readonly daemonLog: string;
  readonly kubeconfig: string;
  readonly apiSocket: string;
  /** Who holds which namespace: what `lab node` and `lab external` enter. */
  readonly namespaces: string;
  readonly resolvConf: string;
  readonly pods: string;
  readonly controller: ControllerPaths;
  node(name: string): NodePaths;
}

/** The directory with all labs of this machine: `LAB_ROOT`, `/run/antrea-lab`, or one below the temporary directory. */
export function labRoot(env: NodeJS.ProcessEnv = process.env): string {
  if (env['LAB_ROOT']) return env['LAB_ROOT'];
  return isWritable('/run') ? '/run/antrea-lab' : join(env['TMPDIR'] ?? tmpdir(), 'antrea-lab');
}

export function labPaths(root: string, name: string): LabPaths {
  const dir = join(root, name);
  return {
    name,
    dir,
    options: join(dir, 'lab.json'),
    controlSocket: join(dir, 'control.sock'),
    daemonLog: join(dir, 'daemon.log'),
    kubeconfig: join(dir, 'kubeconfig'),
    apiSocket: join(dir, 'api.sock'),
    namespaces: join(dir, 'namespaces.json'),
    resolvConf: join(dir, 'resolv.conf'),
    pods: join(dir, 'pods'),
    controller: controllerPaths(join(dir, 'controller')),
    node: (node) => nodePaths(join(dir, 'nodes', node)),
  };
}

function nodePaths(dir: string): NodePaths {
  return {
    dir,
    run: join(dir, 'run'),
    logs: join(dir, 'log'),
    agentConfig: join(dir, 'antrea-agent.conf'),
    agentLog: join(dir, 'log', 'agent.log'),
    kubeconfig: join(dir, 'kubeconfig'),
    networkConfig: join(dir, '10-antrea.conflist'),
    cniSocket: join(dir, 'run', 'antrea', 'cni.sock'),
  };
}

function controllerPaths(dir: string): ControllerPaths {
  return {
    run: join(dir, 'run'),
    logs: join(dir, 'log'),
    config: join(dir, 'antrea-controller.conf'),
    log: join(dir, 'log', 'controller.log'),
    kubeconfig: join(dir, 'kubeconfig'),
    socket: join(dir, 'api.sock'),
  };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
