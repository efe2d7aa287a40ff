import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAntctl } from '../run-antctl.js';

/** An answer of the fake server: JSON, or a failure as Kubernetes' servers tell it. */
export type FakeAnswer =
  | { readonly json: unknown }
  | { readonly status: number; readonly message: string; readonly reason?: string };

export interface AntctlRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A server on loopback whose answers are a table, and antctl that talks to it. */
export class FakeComponents {
  /** Requests that came, with their query. */
  readonly seen: string[] = [];
  /** By path; paths that are not here are not found. */
  answers: Readonly<Record<string, FakeAnswer>> = {};
  readonly directory = mkdtempSync(join(tmpdir(), 'antctl-'));
  authorization: string | undefined;
  #server: Server | undefined;

  async start(): Promise<void> {
    const server = createServer(({ url = '', headers }, response) => {
      this.seen.push(url);
      this.authorization = headers.authorization;
      const answer = this.answers[url.split('?')[0] ?? ''] ?? { status: 404, message: 'no such path' };
      const isFailure = 'status' in answer;
      const { status = 200, message, reason } = isFailure ? answer : { message: undefined, reason: undefined };
      const body = isFailure ? { kind: 'Status', status: 'Failure', message, reason, code: status } : answer.json;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#server = server;
    writeFileSync(join(this.directory, 'token'), 'secret\n');
    writeFileSync(
      join(this.directory, 'kubeconfig'),
      JSON.stringify({
        'current-context': 'c',
        clusters: [{ name: 'c', cluster: { server: this.address } }],
        users: [{ name: 'c', user: { token: 'of-the-kubeconfig' } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
      }),
    );
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  get address(): string {
    if (!this.#server) throw new Error('not started');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Runs antctl in a mode, asking this server. */
  async run(mode: 'agent' | 'controller' | 'remote', ...args: string[]): Promise<AntctlRun> {
    this.seen.length = 0;
    const env = { ANTCTL_MODE: mode, HOME: this.directory, KUBECONFIG: join(this.directory, 'kubeconfig') };
    const where = mode === 'remote' ? [] : ['--server', this.address];
    return runHere([...where, ...args], env, join(this.directory, 'token'));
  }
}

/** Runs antctl with nothing but an environment. */
export async function runHere(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  tokenFile = '/nonexistent/token',
): Promise<AntctlRun> {
  let out = '';
  let err = '';
  const code = await runAntctl(args, {
    env,
    tokenFile,
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    signal: new AbortController().signal,
  });
  return { code, out, err };
}
