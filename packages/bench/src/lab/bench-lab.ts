import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createKubeClient, loadConnection, type KubeClient } from '@antrea-ts/kube';
import { labPaths, labRoot, type LabPaths, type LabStatus } from '@antrea-ts/lab';
import { runCommand, type CommandResult } from '@antrea-ts/runtime';

const packages = new URL('../../../', import.meta.url);
const labProgram = fileURLToPath(new URL('lab/dist/main.js', packages));

/** The agent and the plugin of this checkout, as a lab runs them. */
export const agentProgram = fileURLToPath(new URL('agent/dist/main-linux.js', packages));
export const cniPlugin = fileURLToPath(new URL('cni/dist/antrea-cni', packages));

const upTimeoutMs = 180_000;
let labs = 0;

/** Why there can be no lab here, or `undefined`. */
export function whyNoLab(): string | undefined {
  if (process.platform !== 'linux') return 'a lab needs Linux';
  if (process.getuid?.() !== 0) return 'a lab needs root';
  const missing = [labProgram, agentProgram, cniPlugin].find((file) => !existsSync(file));
  return missing === undefined ? undefined : `${missing} is missing: npm run build, make -C packages/cni/native`;
}

/** A lab of this process's own, driven by its command line. */
export class BenchLab {
  readonly paths: LabPaths;
  readonly #signal: AbortSignal;

  constructor({ signal }: { readonly signal: AbortSignal }) {
    labs += 1;
    this.paths = labPaths(labRoot(), `bench-${process.pid}-${labs}`);
    this.#signal = signal;
  }

  /** Variables that mark a process as the lab's: `down` ends whatever carries them. */
  get mark(): Readonly<Record<string, string>> {
    return { ANTREA_LAB: this.paths.dir };
  }

  run(args: readonly string[], options: { readonly input?: string } = {}): Promise<CommandResult> {
    const { name } = this.paths;
    const command = [labProgram, '--name', name, ...args];
    return runCommand(process.execPath, command, { ...options, signal: this.#signal, timeout: upTimeoutMs });
  }

  /** The lab's API, as an administrator. */
  async client(): Promise<KubeClient> {
    return createKubeClient(await loadConnection({ kubeconfig: this.paths.kubeconfig, env: {} }));
  }

  /** The process of a component, of which there has to be one. */
  async componentPid(component: string, node?: string): Promise<number> {
    const { stdout } = await this.run(['status', '-o', 'json']);
    const status = JSON.parse(stdout) as LabStatus;
    const pid = status.components.find(
      (each) => each.component === component && (node === undefined || each.node === node),
    )?.pid;
    if (pid === undefined)
      throw new Error(`lab ${this.paths.name}: no ${component} runs${node === undefined ? '' : ` on ${node}`}`);
    return pid;
  }

  /** Runs a program in a Node. It does not go through the lab's command line, which would take time of its own. */
  async inNode(
    node: string,
    command: readonly string[],
    options: { readonly input?: string; readonly timeout?: number } = {},
  ): Promise<string> {
    const { stdout } = await runCommand(
      'nsenter',
      ['--target', String(await this.#holder(node)), '--net', '--mount', '--uts', '--', ...command],
      { timeout: upTimeoutMs, ...options, env: { ...this.mark, NODE_NAME: node }, signal: this.#signal, cwd: '/' },
    );
    return stdout;
  }

  async #holder(node: string): Promise<number> {
    const { nodes } = JSON.parse(await readFile(this.paths.namespaces, 'utf8')) as { nodes: Record<string, number> };
    const pid = nodes[node];
    if (pid === undefined) throw new Error(`lab ${this.paths.name} has no Node ${node}`);
    return pid;
  }

  /** Removes the lab, also after an abort. */
  async down(): Promise<void> {
    await runCommand(process.execPath, [labProgram, '--name', this.paths.name, 'down'], { timeout: 60_000 });
  }
}

/** A lab for as long as `use` takes. */
export async function withLab<T>(
  upArgs: readonly string[],
  use: (lab: BenchLab) => Promise<T>,
  { signal }: { readonly signal: AbortSignal },
): Promise<T> {
  const lab = new BenchLab({ signal });
  try {
    await lab.run(['up', ...upArgs]);
    return await use(lab);
  } finally {
    await lab.down();
  }
}
