import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Namespace, RunOptions } from '../process/namespace.js';

/** How a container runtime gives Pods their network on a Node: what differs between operating systems. */
export interface ContainerRuntime {
  /** The name by which plugins are told of a Pod's network namespace. */
  nameNetwork(pod: Namespace): Promise<string>;
  /** Runs a plugin of a type and gives what it printed. Throws an error with `stdout` when it fails. */
  runPlugin(type: string, call: Required<Pick<RunOptions, 'env' | 'input' | 'signal'>>): Promise<string>;
  /** The Pod has no network any more. */
  forgetNetwork(netns: string): Promise<void>;
}

/** Antrea's plugin, and where those of others are. */
export interface PluginFiles {
  readonly file: string;
  readonly path: string;
}

/** The runtime of a Linux Node: plugins run in the Node's namespaces. */
export function linuxRuntime(node: Namespace, { file, path }: PluginFiles): ContainerRuntime {
  const fileOf = (type: string): string => {
    if (type === 'antrea') return file;
    const found = path
      .split(':')
      .map((directory) => join(directory, type))
      .find((candidate) => existsSync(candidate));
    if (found !== undefined) return found;
    throw new Error(`CNI plugin ${type} is in none of ${path}; install containernetworking-plugins`);
  };
  return {
    nameNetwork: async ({ netns }) => netns,
    async runPlugin(type, { env, input, signal }) {
      const { stdout } = await node.run(fileOf(type), [], { input, signal, env: { ...env, CNI_PATH: path } });
      return stdout;
    },
    forgetNetwork: async () => {},
  };
}
