import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually, Lab, patience, type PodSpec } from '../lab.js';

const program = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** How long a Pod waits for an answer before it calls it silence. */
const patienceMs = String(2500 * patience);

export interface Request {
  readonly address: string;
  readonly port?: number;
  readonly protocol?: 'TCP' | 'UDP';
  readonly times?: number;
  readonly atOnce?: number;
  /** All from one socket of UDP, 20 times a second. */
  readonly oneConnection?: boolean;
}

/** How often which answer or error came. */
export type Answers = Readonly<Record<string, number>>;

interface ServiceObject {
  readonly spec: { readonly clusterIPs: readonly string[] };
}

/** A Pod that answers with its name and the client's address, on these ports. */
export function serverPod(pod: Omit<PodSpec, 'command'>, ...ports: number[]): PodSpec {
  return { ...pod, command: ['node', program('server.mjs'), pod.name, ...ports.map(String)] };
}

/** A lab with Services in it. */
export class ServiceLab extends Lab {
  /** Makes a Service, or changes it, and gives its cluster addresses. */
  async service(
    name: string,
    spec: object,
    annotations: Readonly<Record<string, string>> = {},
  ): Promise<readonly string[]> {
    const object = { apiVersion: 'v1', kind: 'Service', metadata: { name, annotations }, spec };
    const stored = await this.kubectl(['apply', '-f', '-', '-o', 'json'], JSON.stringify(object));
    return (JSON.parse(stored) as ServiceObject).spec.clusterIPs;
  }

  /** Says what a load balancer would. */
  async serviceStatus(name: string, status: object): Promise<void> {
    const service = JSON.parse(await this.kubectl(['get', 'service', name, '-o', 'json'])) as object;
    const path = `/api/v1/namespaces/default/services/${name}/status`;
    await this.kubectl(['replace', '--raw', path, '-f', '-'], JSON.stringify({ ...service, status }));
  }

  /** A server in the outside world, on all its addresses, that answers with the one that it was asked at. */
  outsideServer(...ports: number[]): ChildProcess {
    return this.spawn(['external', '--', 'node', program('server.mjs'), '@', ...ports.map(String)]);
  }

  apply(...items: object[]): Promise<string> {
    return this.kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  }

  /** Makes new connections from a Pod, one request after the other. */
  ask(pod: string, requests: readonly Request[], timeout = 60_000): Promise<Answers[]> {
    return this.askFrom(['exec', `default/${pod}`], requests, timeout);
  }

  /** The same from elsewhere: `['node', 'node-1']`, `['external']`. */
  async askFrom(where: readonly string[], requests: readonly Request[], timeout = 60_000): Promise<Answers[]> {
    const all = JSON.stringify(requests.map((request) => ({ port: 80, ...request })));
    const command = ['env', `PATIENCE=${patienceMs}`, 'node', program('ask.mjs'), all];
    return JSON.parse(await this.ok([...where, '--', ...command], { timeout })) as Answers[];
  }

  /** Makes new connections from a Pod until what comes is as expected: changes need a moment to arrive. */
  async asks(pod: string, request: Request, expect: (answers: Answers) => void): Promise<void> {
    await eventually(async () => {
      const [answers = {}] = await this.ask(pod, [request]);
      expect(answers);
    });
  }

  /** Holds connections from a Pod while something happens, and tells of each what became of it. */
  async holdDuring(pod: string, address: string, count: number, event: () => Promise<void>): Promise<readonly Held[]> {
    const stop = `/tmp/${this.name}-stop-${pod}`;
    const command = ['node', program('hold.mjs'), address, '80', String(count), stop];
    const child = this.spawn(['exec', `default/${pod}`, '--', 'env', `PATIENCE=${patienceMs}`, ...command]);
    let output = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
    const ended = new Promise((resolve) => child.once('close', resolve));
    try {
      await eventually(async () => {
        if (!output.includes('\n')) throw new Error(`connections are not there: ${errors}`);
      });
      await event();
    } finally {
      await this.ok(['exec', `default/${pod}`, '--', 'touch', stop]);
      await ended;
      await this.ok(['exec', `default/${pod}`, '--', 'rm', stop]);
    }
    return JSON.parse(output.trim().split('\n')[1] ?? '[]') as Held[];
  }

  /** Flows of a table of a Node's bridge that contain a text. */
  async flows(node: string, table: number, text = ''): Promise<readonly string[]> {
    const dump = await this.node(node, 'ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', 'br-int', `table=${table}`);
    return dump.split('\n').filter((line) => line.includes('cookie=') && line.includes(text));
  }
}

export interface Held {
  /** Whom it leads to. */
  readonly name: string;
  /** Why it ended; empty when it did not. */
  readonly broken: string;
  /** What was sent and never came back. */
  readonly missing: number;
}

/** Who answered, in order; errors are among them by their names. */
export function who(answers: Answers): readonly string[] {
  return [...new Set(Object.keys(answers).map((answer) => answer.split(' ')[0] ?? ''))].sort();
}
