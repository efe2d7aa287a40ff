import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LabError } from './errors.js';
import type { CniPlugin } from './kubelet/cni.js';
import type { AgentCommand } from './node/agent-process.js';

/** The programs that a lab runs on its Nodes. */
export interface Components {
  readonly agent: (configFile: string) => AgentCommand;
  readonly plugin: CniPlugin;
}

const packages = new URL('../../', import.meta.url);
const agentMain = fileURLToPath(new URL('agent/dist/main-linux.js', packages));
const pluginFile = fileURLToPath(new URL('cni/dist/antrea-cni', packages));
const pluginPath = ['/opt/cni/bin', '/usr/lib/cni'].join(':');

/** For the lab's own tests: a JSON object `{agent: [file, ...args], plugin: file}` in the place of the real programs. */
export const testComponentsVariable = 'ANTREA_LAB_TEST_COMPONENTS';

/** Finds the agent and the CNI plugin of this checkout. */
export function findComponents(env: NodeJS.ProcessEnv = process.env): Components {
  const stand = env[testComponentsVariable];
  if (stand) {
    const { agent, plugin } = JSON.parse(stand) as { agent: [string, ...string[]]; plugin: string };
    return { agent: () => ({ file: agent[0], args: agent.slice(1) }), plugin: { file: plugin, path: pluginPath } };
  }
  for (const [name, file] of [
    ['antrea-agent', agentMain],
    ['antrea-cni', pluginFile],
  ]) {
    if (!existsSync(file!))
      throw new LabError('machine', `${name} is not built: ${file} is missing; run npm run build`);
  }
  return {
    agent: (configFile) => ({ file: process.execPath, args: [agentMain, '--config', configFile] }),
    plugin: { file: pluginFile, path: pluginPath },
  };
}
