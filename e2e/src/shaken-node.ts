import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, type Lab } from './lab.js';

const pollMs = 10;

/** A Node whose processes are killed: what is installed there, and what is said to its switch. */
export class ShakenNode {
  readonly #lab: Lab;
  readonly #name: string;

  constructor(lab: Lab, name: string) {
    this.#lab = lab;
    this.#name = name;
  }

  run(...command: string[]): Promise<string> {
    return this.#lab.node(this.#name, ...command);
  }

  /** Stops, starts or kills a component of the Node. */
  async act(component: 'agent' | 'ovs', ...action: string[]): Promise<void> {
    await this.#lab.ok([component, this.#name, ...action]);
  }

  log(component: 'agent' | 'ovs-vswitchd'): Promise<string> {
    return this.#lab.ok(['logs', component, this.#name]);
  }

  /** Waits until the agent says so. */
  async ready(): Promise<void> {
    await eventually(() => this.run('curl', '-skf', 'https://127.0.0.1:10350/readyz'), 60_000);
  }

  async flows(): Promise<string[]> {
    const dump = await this.run('ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', 'br-int', '--no-stats');
    return dump
      .split('\n')
      .filter((line) => line !== '')
      .sort();
  }

  async groups(): Promise<string[]> {
    const dump = await this.run('ovs-ofctl', '-O', 'OpenFlow13', 'dump-groups', 'br-int');
    return dump.split('\n').slice(1).sort();
  }

  /** A flow that was written again is younger than it was. */
  async youngestFlowSeconds(): Promise<number> {
    const dump = await this.run('ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', 'br-int');
    return Math.min(...[...dump.matchAll(/duration=([\d.]+)s/g)].map(([, seconds]) => Number(seconds)));
  }

  /** What the switch was told by OpenFlow while something happened: names of messages, from its own log. */
  async toldDuring(event: () => Promise<void>): Promise<string[]> {
    await this.run('ovs-appctl', 'vlog/disable-rate-limit', 'vconn');
    await this.run('ovs-appctl', 'vlog/set', 'vconn:file:dbg');
    const before = (await this.log('ovs-vswitchd')).length;
    await event();
    await this.run('ovs-appctl', 'vlog/set', 'vconn:file:info');
    const log = (await this.log('ovs-vswitchd')).slice(before);
    return [...log.matchAll(/\|vconn\|DBG\|.*received: (\w+)/g)].map(([, name = '']) => name);
  }

  /** Starts the agent and kills it so many milliseconds after the process was made. */
  async killAgentAfter(milliseconds: number): Promise<void> {
    const starting = this.act('agent', 'start');
    while (this.#agentPid() === undefined) await delay(pollMs);
    await delay(milliseconds);
    await this.killAgent();
    await starting;
  }

  /** SIGKILL, at once: a command of the lab takes longer than some phases of a start. */
  async killAgent(): Promise<void> {
    const pid = this.#agentPid();
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
    while (this.#agentPid() !== undefined) await delay(pollMs);
  }

  #agentPid(): number | undefined {
    const config = `/${this.#lab.name}/nodes/${this.#name}/antrea-agent.conf`;
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .find((pid) => commandLine(pid).includes(config));
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
