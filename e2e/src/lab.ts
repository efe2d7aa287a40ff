import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const labCommand = fileURLToPath(new URL('../../tools/lab', import.meta.url));

// What runs a test may want colours (also by `CI`), which what is read here must not have.
delete process.env['FORCE_COLOR'];
process.env['NO_COLOR'] = '1';

/** How much longer everything may take than on a real processor: tools/vm emulates one. */
export const patience = process.env['VM_GUEST'] ? 10 : 1;

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A lab of its own, driven as a user drives it: by `./tools/lab`. */
export class Lab {
  readonly name: string;

  constructor(purpose: string) {
    this.name = `e2e-${purpose}-${randomBytes(3).toString('hex')}`;
  }

  /** Runs a lab command, whatever its exit code. */
  run(args: readonly string[], options: { timeout?: number; input?: string } = {}): Promise<CommandResult> {
    return new Promise((resolve) => {
      const child = execFile(
        labCommand,
        ['--name', this.name, ...args],
        { timeout: (options.timeout ?? 60_000) * patience, maxBuffer: 64 << 20 },
        (error, stdout, stderr) => {
          const exitCode = error ? (typeof error.code === 'number' ? error.code : 255) : 0;
          resolve({ exitCode, stdout, stderr });
        },
      );
      child.stdin?.end(options.input ?? '');
    });
  }

  /** Starts a lab command that can be talked to. */
  spawn(args: readonly string[]): ChildProcessWithoutNullStreams {
    return spawn(labCommand, ['--name', this.name, ...args]);
  }

  /** Runs a lab command that has to succeed, and gives its output. */
  async ok(args: readonly string[], options: { timeout?: number; input?: string } = {}): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(args, options);
    if (exitCode !== 0) throw new Error(`lab ${args.join(' ')}: exit code ${exitCode}\n${stdout}\n${stderr}`);
    return stdout;
  }

  async up(...args: string[]): Promise<void> {
    await this.ok(['up', ...args], { timeout: 200_000 });
  }

  async down(): Promise<void> {
    await this.ok(['down'], { timeout: 60_000 });
  }

  kubectl(args: readonly string[], input?: string): Promise<string> {
    return this.ok(['kubectl', ...args], input === undefined ? {} : { input });
  }

  exec(pod: string, ...command: string[]): Promise<CommandResult> {
    return this.run(['exec', pod, '--', ...command]);
  }

  node(node: string, ...command: string[]): Promise<string> {
    return this.ok(['node', node, '--', ...command]);
  }

  /** Creates Pods and waits until they are Ready. */
  async pods(pods: readonly PodSpec[]): Promise<void> {
    await this.kubectl(
      ['apply', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods.map(podObject) }),
    );
    await this.kubectl([
      'wait',
      '--for=condition=Ready',
      `--timeout=${90 * patience}s`,
      ...pods.map(({ name }) => `pod/${name}`),
    ]);
  }

  /** The addresses of all Pods of the default namespace. */
  async podAddresses(): Promise<Map<string, string[]>> {
    const { items } = JSON.parse(await this.kubectl(['get', 'pods', '-o', 'json'])) as { items: PodObject[] };
    return new Map(items.map(({ metadata, status }) => [metadata.name, (status.podIPs ?? []).map(({ ip }) => ip)]));
  }

  async podIps(name: string): Promise<string[]> {
    const pod = JSON.parse(await this.kubectl(['get', 'pod', name, '-o', 'json'])) as PodObject;
    return (pod.status.podIPs ?? []).map(({ ip }) => ip);
  }
}

export interface PodSpec {
  readonly name: string;
  readonly node?: string;
  readonly command?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** Ports that have names. */
  readonly ports?: Readonly<Record<string, number>>;
}

interface PodObject {
  readonly metadata: { readonly name: string };
  readonly status: { readonly podIPs?: readonly { readonly ip: string }[] };
}

function podObject({ name, node, command, labels, ports = {} }: PodSpec): object {
  const named = Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...(labels ? { labels } : {}) },
    spec: {
      ...(node ? { nodeName: node } : {}),
      containers: [{ name: 'main', image: 'none', ports: named, ...(command ? { command } : {}) }],
    },
  };
}

/** Waits until `check` gives something; fails with the last reason after `timeoutMs`. */
export async function eventually<T>(check: () => Promise<T>, timeoutMs = 30_000): Promise<T> {
  const deadline = Date.now() + timeoutMs * patience;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
