import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Lab, patience, type CommandResult, type PodSpec } from '../lab.js';
import { everyoneReachesEveryone, reachabilityDifferences } from '../reachability.js';
import { Shell } from './shell.js';

const nodes = ['node-1', 'node-2'] as const;

export type NodeName = (typeof nodes)[number];

/** A lab of two Nodes on the kernel's datapath, with a shell in each Node and each Pod. */
export class KernelLab {
  readonly lab = new Lab('kernel');
  readonly #shells = new Map<string, Shell>();
  #addresses: ReadonlyMap<string, readonly string[]> = new Map();

  async up(pods: readonly PodSpec[]): Promise<void> {
    await this.lab.up('--nodes', String(nodes.length), '--ip', 'dual', '--datapath', 'system');
    await this.lab.pods(pods);
    this.#addresses = await this.lab.podAddresses();
    for (const node of nodes) this.#open(node, ['node', node]);
    for (const { name } of pods) this.#open(name, ['exec', `default/${name}`]);
  }

  /** Whatever is written in the virtual machine is gone with it, except in one directory: the logs go there. */
  async down(): Promise<void> {
    const output = process.env['VM_OUTPUT'];
    if (output !== undefined) this.#keepLogs(join(output, 'kernel-logs'));
    await Promise.all([...this.#shells.values()].map((shell) => shell.stop()));
    await this.lab.down();
  }

  /** The IPv4 and the IPv6 address of a Pod. */
  addresses(pod: string): { readonly v4: string; readonly v6: string } {
    const [v4, v6, ...more] = this.#addresses.get(pod) ?? [];
    if (v4 === undefined || v6 === undefined || more.length > 0)
      throw new Error(`${pod} has not one address per family`);
    return { v4, v6 };
  }

  /** Runs a script in a Node or a Pod. It has to succeed. */
  run(place: string, script: string): Promise<string> {
    return this.#shell(place).ok(script);
  }

  /** Asks every Pod's every address from every Pod, and returns who gave no answer. */
  unreachable(): Promise<string[]> {
    const places = { exec: (pod: string, ...command: string[]) => this.#exec(pod.replace('default/', ''), command) };
    return reachabilityDifferences(places, everyoneReachesEveryone([...this.#addresses.keys()]), this.#addresses);
  }

  /** All flows of a Node's bridge, sorted. */
  async flows(node: NodeName): Promise<string[]> {
    const dump = await this.run(node, 'ovs-ofctl -O OpenFlow13 dump-flows br-int --no-stats');
    return dump
      .split('\n')
      .filter((line) => line !== '')
      .sort();
  }

  /** Waits until a Node's agent says that it is ready. */
  async ready(node: NodeName): Promise<void> {
    const retries = `--retry ${60 * patience} --retry-delay 1 --retry-all-errors --retry-max-time ${60 * patience}`;
    await this.run(node, `curl -skf ${retries} https://127.0.0.1:10350/readyz`);
  }

  /** Restarts all agents with other values for keys of their configuration, and waits until they are ready. */
  async configure(values: Readonly<Record<string, string>>): Promise<void> {
    const changed = nodes.map(async (node) => {
      const file = join(this.#directory, 'nodes', node, 'antrea-agent.conf');
      let text = readFileSync(file, 'utf8');
      for (const [key, value] of Object.entries(values)) {
        const line = new RegExp(`^${key}: .*$`, 'm');
        if (!line.test(text)) throw new Error(`${file} has no ${key}`);
        text = text.replace(line, `${key}: ${value}`);
      }
      writeFileSync(file, text);
      await this.lab.ok(['agent', node, 'restart']);
      await this.ready(node);
    });
    await Promise.all(changed);
  }

  get #directory(): string {
    return join('/run/antrea-lab', this.lab.name);
  }

  #keepLogs(output: string): void {
    const logs = ['daemon.log', 'controller/log', ...nodes.map((node) => `nodes/${node}/log`)];
    for (const log of logs.filter((name) => existsSync(join(this.#directory, name)))) {
      cpSync(join(this.#directory, log), join(output, log), { recursive: true });
    }
  }

  #open(place: string, lab: readonly string[]): void {
    this.#shells.set(place, new Shell(() => this.lab.spawn([...lab, '--', 'sh'])));
  }

  #shell(place: string): Shell {
    const shell = this.#shells.get(place);
    if (!shell) throw new Error(`nothing is called ${place}`);
    return shell;
  }

  #exec(pod: string, command: readonly string[]): Promise<CommandResult> {
    return this.#shell(pod).run(command.map(quoted).join(' '));
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
