import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cniPlugin, type BenchLab } from '../lab/bench-lab.js';
import { inBatches, type ProgramAnswer, type ProgramCall } from '../inside/program-call.js';
import { antreaConfig, cniEnvironment, type CniCall } from './cni-call.js';
import { postCall } from './post-call.js';

const callsProgram = fileURLToPath(new URL('../inside/calls-main.js', import.meta.url));
export const node = 'node-1';

/** A plugin of the machine, or `undefined`. */
export function standardPlugin(name: string): string | undefined {
  return ['/opt/cni/bin', '/usr/lib/cni'].map((directory) => `${directory}/${name}`).find((file) => existsSync(file));
}

/** A Node with network namespaces to be connected, and the ways to connect them. */
export class CniNode {
  readonly #lab: BenchLab;
  readonly #signal: AbortSignal;

  constructor(lab: BenchLab, { signal }: { readonly signal: AbortSignal }) {
    this.#lab = lab;
    this.#signal = signal;
  }

  /** Makes network namespaces in the Node; they go with it. */
  async makeNamespaces(count: number): Promise<string[]> {
    const names = Array.from({ length: count }, (_, index) => `bench-${index}`);
    const commands = names.map((name) => `netns add ${name}\n`).join('');
    await this.#lab.inNode(node, ['ip', '-batch', '-'], { input: commands });
    return names.map((name) => `/run/netns/${name}`);
  }

  /** Milliseconds of each call of our plugin as a process. */
  antrea(calls: readonly CniCall[], atOnce: number): Promise<number[]> {
    return this.plugin(cniPlugin, antreaConfig, calls, atOnce);
  }

  /** Milliseconds of each call of a plugin as a process. */
  async plugin(file: string, config: string, calls: readonly CniCall[], atOnce: number): Promise<number[]> {
    return this.programs(
      calls.map((call) => ({ file, env: cniEnvironment(call), input: config })),
      atOnce,
    );
  }

  async programs(calls: readonly ProgramCall[], atOnce: number): Promise<number[]> {
    const input = JSON.stringify({ calls, atOnce });
    const output = await this.#lab.inNode(node, [process.execPath, callsProgram], { input });
    const answers = JSON.parse(output) as ProgramAnswer[];
    const failed = answers.find(({ exitCode }) => exitCode !== 0);
    if (failed !== undefined) throw new Error(`${calls[0]?.file} ended with ${failed.exitCode}: ${failed.stdout}`);
    return answers.map(({ milliseconds }) => milliseconds);
  }

  /** Milliseconds of each call made at the agent's socket: what the agent takes. */
  server(calls: readonly CniCall[], atOnce: number): Promise<number[]> {
    const { cniSocket } = this.#lab.paths.node(node);
    return inBatches(calls, atOnce, async (call) => {
      this.#signal.throwIfAborted();
      const start = performance.now();
      await postCall(cniSocket, cniEnvironment(call), antreaConfig);
      return performance.now() - start;
    });
  }
}
