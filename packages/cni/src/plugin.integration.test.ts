import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { silentLogger } from '@antrea-ts/runtime';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CniError } from './errors.js';
import { CniServer } from './server.js';
import { supportedVersions } from './version.js';

const native = new URL('../native/', import.meta.url).pathname;
const directory = mkdtempSync(join(tmpdir(), 'antrea-cni-'));
const plugin = join(directory, 'antrea-cni');
const socket = join(directory, 'cni.sock');

beforeAll(async () => {
  await promisify(execFile)('make', ['-C', native, `OUT=${plugin}`]);
});
afterAll(() => rmSync(directory, { recursive: true }));

function run(
  environment: Record<string, string>,
  input = '{"cniVersion":"0.4.0"}',
): Promise<{ exitCode: number; stdout: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(plugin, [], {
      env: { ANTREA_CNI_SOCKET: socket, ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode: exitCode ?? 255, stdout }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

const add = { CNI_COMMAND: 'ADD', CNI_CONTAINERID: 'c1', CNI_NETNS: '/x', CNI_IFNAME: 'eth0' };

describe('the plugin', () => {
  it('is static, and its source stays small', () => {
    const source = readFileSync(join(native, 'antrea-cni.c'), 'utf8');
    expect(source.split('\n').length).toBeLessThanOrEqual(300);
    expect(readFileSync(plugin).includes('/lib64/ld-linux')).toBe(false);
  });

  it('answers VERSION without an agent, with the versions that the agent takes', async () => {
    const { exitCode, stdout } = await run({ CNI_COMMAND: 'VERSION' });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ cniVersion: '1.0.0', supportedVersions });
  });

  it('says that the agent is not there', async () => {
    const { exitCode, stdout } = await run(add);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ code: 11, msg: expect.stringContaining('antrea-agent is not running') });
  });

  it('says that it is no program for people', async () => {
    const { exitCode, stdout } = await run({});
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ code: 4, msg: expect.stringContaining('CNI_COMMAND is not set') });
  });
});

describe('the plugin with an agent', () => {
  let server: CniServer | undefined;
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  async function serve(handle: () => Promise<object>): Promise<void> {
    server = new CniServer({ path: socket }, { handler: { handle }, logger: silentLogger });
    await server.start();
  }

  it('prints the result', async () => {
    await serve(async () => ({ cniVersion: '0.4.0', ips: [] }));
    const { exitCode, stdout } = await run(add);
    expect({ exitCode, result: JSON.parse(stdout) }).toEqual({ exitCode: 0, result: { cniVersion: '0.4.0', ips: [] } });
  });

  it('prints errors with their code, in the version of the call', async () => {
    await serve(async () => {
      throw new CniError(101, 'the Pod CIDR is used up');
    });
    const { exitCode, stdout } = await run(add);
    expect({ exitCode, error: JSON.parse(stdout) }).toEqual({
      exitCode: 1,
      error: { cniVersion: '0.4.0', code: 101, msg: 'the Pod CIDR is used up' },
    });
  });

  it('carries 64 calls at once', async () => {
    await serve(async () => ({ ok: true }));
    const results = await Promise.all(Array.from({ length: 64 }, () => run(add)));
    expect(results.every(({ exitCode }) => exitCode === 0)).toBe(true);
  });

  it('refuses a configuration without end', async () => {
    await serve(async () => ({}));
    const { exitCode, stdout } = await run(add, 'x'.repeat(2 << 20));
    expect({ exitCode, code: (JSON.parse(stdout) as { code: number }).code }).toEqual({ exitCode: 1, code: 6 });
  });

  it('lets only root connect', async () => {
    await serve(async () => ({}));
    expect(statSync(socket).mode & 0o777).toBe(0o600);
  });
});

describe('the plugin with an agent that dies', () => {
  let server: Server;
  afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

  it.each([
    ['before it answers', ''],
    ['in the head of its answer', 'HTTP/1.1 200 OK\r\nContent-Le'],
    ['in the middle of its answer', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"cniVersion"'],
  ])('%s asks the runtime to come back, and prints no part of an answer', async (_, answer) => {
    server = createServer((connection) => {
      connection.on('error', () => undefined);
      connection.once('data', () => connection.end(answer));
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const { exitCode, stdout } = await run(add);
    expect({ exitCode, code: (JSON.parse(stdout) as { code: number }).code }).toEqual({ exitCode: 1, code: 11 });
  });
});
