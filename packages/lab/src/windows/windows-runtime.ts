import { randomUUID } from 'node:crypto';
import { orAborted } from '@antrea-ts/runtime';
import type { ContainerRuntime } from '../kubelet/container-runtime.js';
import type { Guest } from './guest.js';
import type { PluginResult } from './guest-protocol.js';
import type { WindowsMachine } from './machine.js';

const pluginDirectory = 'C:\\opt\\cni\\bin';

/** A plugin that failed, with what it printed. */
class PluginError extends Error {
  readonly stdout: string;

  constructor(message: string, stdout: string) {
    super(message);
    this.stdout = stdout;
  }
}

/** What containerd does on a Windows Node: HCN namespaces, which the Pods' Linux namespaces stand for. */
export function windowsRuntime(guest: Guest, machine: WindowsMachine): ContainerRuntime {
  return {
    async nameNetwork(pod) {
      const id = randomUUID();
      await guest.ask({ verb: 'create-namespace', id });
      machine.addPod(id, pod);
      return id;
    },
    async runPlugin(type, { env, input, signal }) {
      signal.throwIfAborted();
      const file = `${pluginDirectory}\\${type === 'antrea' ? 'antrea-cni' : type}.exe`;
      const request = { verb: 'run-plugin', file, env: { ...env, CNI_PATH: pluginDirectory }, input } as const;
      const { code, stdout, stderr } = (await orAborted(guest.ask(request), signal)) as PluginResult;
      if (code !== 0) throw new PluginError(`${file} ended with ${code}: ${stderr.trim()}`, stdout);
      // The adapter is there when the call returns, as with Docker; its port comes a moment later.
      await machine.settle();
      return stdout;
    },
    async forgetNetwork(netns) {
      machine.removePod(netns);
      await guest.ask({ verb: 'delete-namespace', id: netns });
    },
  };
}
