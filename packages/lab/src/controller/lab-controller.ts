import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { controllerPort } from '@antrea-ts/apis';
import { stringify } from 'yaml';
import type { LabApi } from '../api/start-api.js';
import type { Components } from '../components.js';
import type { LabOptions } from '../options.js';
import type { ControllerPaths, LabPaths } from '../paths.js';
import { createComponentProcess, type ComponentProcess } from '../process/component-process.js';
import { enterArgs, holdNamespace, type Namespace } from '../process/namespace.js';
import { waitFor } from '../process/wait-for.js';

const startMs = 60_000;
const relay = fileURLToPath(new URL('../network/relay-main.js', import.meta.url));

/** Who the controller is to the API: the account that Antrea's manifest gives it. */
const controllerUser = {
  name: 'system:serviceaccount:kube-system:antrea-controller',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system'],
};

/** antrea-controller and the namespace that it runs in. */
export interface LabController {
  readonly namespace: Namespace;
  readonly process: ComponentProcess;
}

/** Makes the controller's namespace, on the underlay like a Node. */
export async function holdControllerNamespace(paths: LabPaths): Promise<Namespace> {
  const { run, logs } = paths.controller;
  await Promise.all([mkdir(run, { recursive: true }), mkdir(logs, { recursive: true })]);
  return holdNamespace({ name: 'controller', labDir: paths.dir, run });
}

/** Starts the controller, and returns at once: `whenReady` waits for it. */
export async function startController(modules: {
  readonly namespace: Namespace;
  readonly paths: ControllerPaths;
  readonly components: Components;
  readonly options: LabOptions;
  readonly api: LabApi;
  readonly server: string;
}): Promise<LabController> {
  const { namespace, paths, components, options, api, server } = modules;
  await writeFile(paths.kubeconfig, await api.kubeconfig(server, controllerUser), { mode: 0o600 });
  const { featureGates } = options;
  const config = { clientConnection: { kubeconfig: paths.kubeconfig }, apiPort: controllerPort, featureGates };
  await writeFile(paths.config, stringify(config));
  await startRelay(namespace, paths.socket);
  const command = components.controller(paths.config);
  const env = { ...command.env, POD_NAMESPACE: 'kube-system', POD_NAME: 'antrea-controller' };
  const component = createComponentProcess({
    name: 'antrea-controller',
    namespace,
    logFile: paths.log,
    command: { ...command, env },
  });
  component.start();
  return { namespace, process: component };
}

/** Resolves when the controller answers that it is ready. */
export async function controllerReady(
  { process }: LabController,
  paths: ControllerPaths,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  await waitFor(
    `antrea-controller to be ready; its log is ${paths.log}`,
    () => {
      process.assertAlive();
      return answersReady(paths.socket);
    },
    { timeoutMs: startMs, signal },
  );
}

/** The Kubernetes API is in no namespace of the lab: this leads from it to the controller's. */
async function startRelay(namespace: Namespace, socket: string): Promise<void> {
  const args = enterArgs(namespace.pid, process.execPath, [relay, socket, String(controllerPort)]);
  const child = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'ignore'], cwd: '/' });
  await once(child.stdout, 'data');
  child.stdout.destroy();
  child.unref();
}

function answersReady(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = request({ socketPath, path: '/readyz', rejectUnauthorized: false, timeout: 2_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asking.on('timeout', () => asking.destroy()).on('error', () => resolve(false));
    asking.end();
  });
}
