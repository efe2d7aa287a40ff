import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { residentMiB } from '../measure/process-stats.js';

export interface AgentStartRequest {
  readonly command: readonly string[];
  readonly repetitions: number;
  /** How long the last agent stands idle before its memory is read again. */
  readonly idleMs: number;
}

export interface AgentStartAnswer {
  /** From before the process was made until `/readyz` answered 200. */
  readonly readyMs: readonly number[];
  /** The same until it wrote its first line: Node.js, modules, configuration. */
  readonly firstLineMs: readonly number[];
  /** The same until it had compared the installed flows with those that it wants. */
  readonly inSyncMs: readonly number[];
  /** Flows that it then had to add, change or delete. */
  readonly changes: readonly number[];
  /** When it was ready, and after it stood idle. */
  readonly readyMiB: readonly number[];
  readonly idleMiB: readonly number[];
}

const apiPort = 10_350;
const pollMs = 10;
const startTimeoutMs = 60_000;

/** Starts an agent over and over in the namespaces of this process, with SIGTERM in between. */
export async function startAgents({ command, repetitions, idleMs }: AgentStartRequest): Promise<AgentStartAnswer> {
  const answer = {
    readyMs: [] as number[],
    firstLineMs: [] as number[],
    inSyncMs: [] as number[],
    changes: [] as number[],
    readyMiB: [] as number[],
    idleMiB: [] as number[],
  };
  for (let index = 0; index < repetitions; index += 1) {
    const agent = await startAgent(command);
    try {
      answer.readyMs.push(agent.readyMs);
      answer.firstLineMs.push(agent.firstLineMs);
      answer.inSyncMs.push(agent.inSyncMs);
      answer.changes.push(agent.changes);
      answer.readyMiB.push(await residentMiB(agent.process.pid!));
      if (index >= repetitions - idleRepetitions) {
        await delay(idleMs);
        answer.idleMiB.push(await residentMiB(agent.process.pid!));
      }
    } finally {
      await stop(agent.process);
    }
  }
  return answer;
}

const idleRepetitions = 3;

interface StartedAgent {
  readonly process: ChildProcess;
  readonly readyMs: number;
  readonly firstLineMs: number;
  readonly inSyncMs: number;
  readonly changes: number;
}

const compared = /Read installed flows .*missing=(\d+) altered=(\d+) unwanted=(\d+)/;

async function startAgent([file = '', ...args]: readonly string[]): Promise<StartedAgent> {
  const start = performance.now();
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let firstLineMs = Number.NaN;
  let inSyncMs = Number.NaN;
  let changes = Number.NaN;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      if (output === '') firstLineMs = performance.now() - start;
      output = (output + text).slice(-4_096);
      const plan = compared.exec(output);
      if (plan === null || !Number.isNaN(inSyncMs)) return;
      inSyncMs = performance.now() - start;
      changes = plan.slice(1).reduce((sum, count) => sum + Number(count), 0);
    });
  }
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`the agent ended with ${child.exitCode}: ${output}`);
    if (performance.now() - start > startTimeoutMs) {
      await stop(child);
      throw new Error(`the agent was not ready after ${startTimeoutMs} ms: ${output}`);
    }
    await delay(pollMs);
  }
  return { process: child, readyMs: performance.now() - start, firstLineMs, inSyncMs, changes };
}

function isReady(): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request(
      { host: '127.0.0.1', port: apiPort, path: '/readyz', rejectUnauthorized: false, agent: false },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
