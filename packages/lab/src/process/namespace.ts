import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runCommand, type CommandResult } from '@antrea-ts/runtime';
import { LabError } from '../errors.js';

const script = fileURLToPath(new URL('../../scripts/hold-namespace.sh', import.meta.url));

export interface NamespaceOptions {
  readonly name: string;
  readonly labDir: string;
  /** Forward packets, as a Node or a router does. */
  readonly router?: boolean;
  /** Directory that becomes `/run` inside. */
  readonly run?: string;
  readonly resolvConf?: string;
  readonly hosts?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A network, mount and UTS namespace, held by a process of ours for as long as that lives. */
export interface Namespace {
  readonly name: string;
  readonly pid: number;
  /** Path of the network namespace, good from every other namespace. */
  readonly netns: string;
  /** Runs a program inside and waits for its end. */
  run(file: string, args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** Ends the holder; other processes inside keep the namespace alive. */
  release(): void;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: number;
}

/** The arguments of `nsenter` that run a program in a namespace of ours. */
export function enterArgs(pid: number, file: string, args: readonly string[]): string[] {
  return ['--target', String(pid), '--net', '--mount', '--uts', '--', file, ...args];
}

/** Makes the namespaces; they are ready when this resolves. */
export async function holdNamespace(options: NamespaceOptions): Promise<Namespace> {
  const child = spawn('unshare', ['--net', '--mount', '--uts', '--propagation', 'private', '--', 'sh', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: '/',
    env: {
      ...process.env,
      ...options.env,
      LAB_HOSTNAME: options.name,
      LAB_STATE: options.labDir,
      LAB_ROUTER: options.router ? '1' : '',
      LAB_RUN: options.run ?? '',
      LAB_RESOLV: options.resolvConf ?? '',
      LAB_HOSTS: options.hosts ?? '',
    },
  });
  await ready(child, options.name);
  const pid = child.pid!;
  return {
    name: options.name,
    pid,
    netns: `/proc/${pid}/ns/net`,
    run: (file, args, runOptions) => runCommand('nsenter', enterArgs(pid, file, args), { ...runOptions }),
    release: () => void child.kill('SIGKILL'),
  };
}

async function ready(child: ChildProcess, name: string): Promise<void> {
  let complaint = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string): void =>
      reject(
        new LabError('component', `make namespace ${name}: ${why}${complaint === '' ? '' : `: ${complaint.trim()}`}`),
      );
    child.once('error', (error) => fail(error.message));
    child.once('close', (code, signal) => fail(`ended with ${signal ?? `code ${code}`}`));
    child.stdout!.once('data', () => resolve());
  });
  child.stdout!.destroy();
  child.stderr!.destroy();
  child.unref();
}
