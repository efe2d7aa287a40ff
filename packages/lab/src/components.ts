import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LabError } from './errors.js';
import type { PluginFiles } from './kubelet/container-runtime.js';
import type { ComponentCommand } from './process/component-process.js';

/** The programs that a lab runs on its Nodes. */
export interface Components {
  readonly agent: (paths: { readonly config: string; readonly logs: string }) => ComponentCommand;
  readonly controller: (configFile: string) => ComponentCommand;
  readonly plugin: PluginFiles;
}

const packages = new URL('../../', import.meta.url);
const agentMain = fileURLToPath(new URL('agent/dist/main-linux.js', packages));
const controllerMain = fileURLToPath(new URL('controller/dist/main.js', packages));
const pluginFile = fileURLToPath(new URL('cni/dist/antrea-cni', packages));
const pluginPath = ['/opt/cni/bin', '/usr/lib/cni'].join(':');

/** For the lab's own tests: a JSON object `{agent: [file, ...args], controller: [file, ...args], plugin: file}` in the place of the real programs. */
export const testComponentsVariable = 'ANTREA_LAB_TEST_COMPONENTS';

interface StandIns {
  readonly agent: readonly [string, ...string[]];
  readonly controller: readonly [string, ...string[]];
  readonly plugin: string;
}

/** Finds the agent, the controller and the CNI plugin of this checkout. */
export function findComponents(env: NodeJS.ProcessEnv = process.env): Components {
  const stand = env[testComponentsVariable];
  if (stand) {
    const { agent, controller, plugin } = JSON.parse(stand) as StandIns;
    return {
      agent: () => ({ file: agent[0], args: agent.slice(1) }),
      controller: () => ({ file: controller[0], args: controller.slice(1) }),
      plugin: { file: plugin, path: pluginPath },
    };
  }
  for (const [name, file] of [
    ['antrea-agent', agentMain],
    ['antrea-controller', controllerMain],
    ['antrea-cni', pluginFile],
  ]) {
    if (!existsSync(file!))
      throw new LabError('machine', `${name} is not built: ${file} is missing; run npm run build`);
  }
  return {
    agent: ({ config, logs }) => nodeProgram(agentMain, '--config', config, '--log-dir', logs),
    controller: (configFile) => nodeProgram(controllerMain, '--config', configFile),
    plugin: { file: pluginFile, path: pluginPath },
  };
}

/** A program with this Node.js and the options that its first line asks for, which count where it is installed. */
function nodeProgram(file: string, ...args: readonly string[]): ComponentCommand {
  const [firstLine = ''] = readFileSync(file, 'utf8').split('\n', 1);
  const options = /^#!\/usr\/bin\/env -S node (.+)$/.exec(firstLine)?.[1]?.split(' ') ?? [];
  return { file: process.execPath, args: [...options, file, ...args] };
}
