import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { testComponentsVariable } from './components.js';
import type { NamespaceRecord } from './lab.js';
import { labPaths } from './paths.js';
import { findLabProcesses } from './process/marks.js';
import { waitFor } from './process/wait-for.js';
import type { LabStatus } from './status.js';

/** The program as it is built: `npm run build` first. */
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const standIn = (file: string): string => fileURLToPath(new URL(`testing/${file}`, import.meta.url));

const root = mkdtempSync('/run/lab-test-');
const answers = mkdtempSync(join(tmpdir(), 'lab-test-'));
const env = {
  ...process.env,
  LAB_ROOT: root,
  // Not below /run: Nodes have one of their own.
  LAB_TEST_DIR: answers,
  NO_COLOR: '1',
  [testComponentsVariable]: JSON.stringify({
    agent: [process.execPath, standIn('stand-in-agent.mjs')],
    controller: [process.execPath, standIn('stand-in-controller.mjs')],
    plugin: standIn('stand-in-cni.sh'),
  }),
};

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function lab(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { env, timeout: 50_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });
}

async function status(name: string): Promise<LabStatus> {
  return JSON.parse((await lab('--name', name, 'status', '-o', 'json')).stdout) as LabStatus;
}

/** Everything by which a lab would show on the machine. */
function traces(name: string): unknown {
  const { dir } = labPaths(root, name);
  return {
    processes: findLabProcesses(dir),
    directory: existsSync(dir),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').includes(dir),
  };
}

const nothing = { processes: [], directory: false, mounts: false };

afterAll(async () => {
  for (const name of ['one', 'two']) await lab('--name', name, 'down');
  for (const directory of [root, answers]) rmSync(directory, { recursive: true, force: true });
});

function kubectl(...args: string[]): Promise<Ended> {
  return lab('--name', 'one', 'kubectl', ...args);
}

async function look(node: string): Promise<string> {
  const script = 'hostname; touch /run/mark-$(hostname); ls /run';
  return (await lab('--name', 'one', 'node', node, '--', 'sh', '-c', script)).stdout;
}

describe('a lab', () => {
  beforeAll(async () => {
    writeFileSync(join(answers, 'address'), '10.10.1.7');
    const up = await lab('--name', 'one', 'up', '--ip', 'dual');
    expect(up).toMatchObject({ code: 0, stdout: `KUBECONFIG=${root}/one/kubeconfig\n` });
  });

  it('is healthy, with Nodes and components', async () => {
    const { healthy, nodes, components } = await status('one');
    expect(healthy).toBe(true);
    expect(nodes.map(({ name, ready, addresses }) => [name, ready, addresses])).toEqual([
      ['node-1', true, ['192.168.77.11', 'fd77::11']],
      ['node-2', true, ['192.168.77.12', 'fd77::12']],
    ]);
    expect(components.map(({ component, node }) => `${component} ${node}`)).toContain('ovs-vswitchd node-2');
  });

  it.each([
    ['192.168.77.12', 'another Node'],
    ['fd77::12', 'another Node'],
    ['203.0.113.10', 'the outside'],
    ['2001:db8:ffff::10', 'the outside'],
  ])('lets a Node reach %s, %s', async (address) => {
    // The first packet may be lost while the switch learns.
    const { code, stdout } = await lab(
      '--name',
      'one',
      'node',
      'node-1',
      '--',
      'ping',
      '-n',
      '-c',
      '3',
      '-i',
      '0.1',
      '-W',
      '2',
      address,
    );
    expect(code, stdout).toBe(0);
  });

  it('shows the outside the client’s address', async () => {
    const { stdout } = await lab('--name', 'one', 'node', 'node-2', '--', 'curl', '-sm5', 'http://203.0.113.10/x');
    expect(stdout).toBe('client 192.168.77.12\nGET /x\n');
  });

  it('serves the DNS records that it is told', async () => {
    expect((await lab('--name', 'one', 'dns', 'set', 'shop.test', 'A', '192.0.2.8', '--ttl', '7')).code).toBe(0);
    // Any resolver of the machine will do; it asks as programs do.
    const script = `const r = new (require('node:dns').promises.Resolver)(); r.setServers(['203.0.113.53']);
      r.resolve4('shop.test', { ttl: true }).then((a) => console.log(JSON.stringify(a)))`;
    const { stdout } = await lab('--name', 'one', 'node', 'node-1', '--', process.execPath, '-e', script);
    expect(JSON.parse(stdout)).toEqual([{ address: '192.0.2.8', ttl: 7 }]);
    expect((await lab('--name', 'one', 'dns', 'del', 'shop.test')).code).toBe(0);
    expect((await lab('--name', 'one', 'dns', 'del', 'shop.test')).code).toBe(1);
  });

  it('passes exit codes, arguments and the OVS run directory on', async () => {
    expect((await lab('--name', 'one', 'node', 'node-1', '--', 'sh', '-c', 'exit 7')).code).toBe(7);
    expect((await lab('--name', 'one', 'external', '--', 'printf', '%s|', 'a b', '--name')).stdout).toBe('a b|--name|');
    expect((await lab('--name', 'one', 'node', 'node-1', '--', 'ovs-vsctl', 'list-br')).stdout).toBe('br-phy\n');
  });

  it('keeps the Nodes apart from each other and from the machine', async () => {
    expect(await look('node-1')).toMatch(/^node-1\n/);
    expect(await look('node-2')).not.toContain('mark-node-1');
    expect(existsSync('/run/mark-node-1')).toBe(false);
    expect(existsSync(join(root, 'one/nodes/node-1/run/mark-node-1'))).toBe(true);
  });

  it('runs Pods that kubectl makes: scheduled, entered, logged, deleted', async () => {
    const shell = ['--', 'sh', '-c', 'echo "I am $HOSTNAME"; exec sleep 1000'];
    expect((await kubectl('run', 'web', '--image=none', ...shell)).code).toBe(0);
    expect(await kubectl('wait', '--for=condition=Ready', 'pod/web', '--timeout=20s')).toMatchObject({ code: 0 });
    expect((await kubectl('get', 'pod', 'web', '-o', 'jsonpath={.status.podIP} {.spec.nodeName}')).stdout).toBe(
      '10.10.1.7 node-1',
    );
    expect((await lab('--name', 'one', 'exec', 'default/web', '--', 'hostname')).stdout).toBe('web\n');
    await waitFor('its log', async () => (await kubectl('logs', 'web')).stdout === 'I am web\n', { timeoutMs: 10_000 });
    expect((await lab('--name', 'one', 'logs', 'default/web')).stdout).toBe('I am web\n');
    expect((await status('one')).pods).toMatchObject([
      { name: 'web', ready: true, phase: 'Running', ips: ['10.10.1.7'] },
    ]);
    expect((await kubectl('delete', 'pod', 'web', '--grace-period=1')).code).toBe(0);
    expect((await lab('--name', 'one', 'exec', 'default/web', '--', 'true')).code).toBe(1);
    expect((await kubectl('get', 'pod', 'web')).code).toBe(1);
  });

  it('says of a Pod that no Node takes why', async () => {
    await kubectl('run', 'homeless', '--image=none', '--overrides={"spec":{"nodeSelector":{"disk":"ssd"}}}');
    const message = await waitFor(
      'the reason',
      async () =>
        (await kubectl('get', 'pod', 'homeless', '-o', 'jsonpath={.status.conditions[0].message}')).stdout || undefined,
      { timeoutMs: 10_000 },
    );
    expect(message).toBe("0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.");
    expect((await kubectl('label', 'node', 'node-2', 'disk=ssd')).code).toBe(0);
    expect((await kubectl('wait', '--for=condition=Ready', 'pod/homeless', '--timeout=20s')).code).toBe(0);
    expect((await kubectl('delete', 'pod', 'homeless', '--grace-period=1')).code).toBe(0);
  });

  it('stops, starts and kills components one by one', async () => {
    expect((await lab('--name', 'one', 'agent', 'node-1', 'kill')).code).toBe(0);
    expect((await lab('--name', 'one', 'ovs', 'node-2', 'stop')).code).toBe(0);
    const down = await status('one');
    expect(down.healthy).toBe(false);
    expect(
      down.components.filter(({ healthy }) => !healthy).map(({ component, node }) => `${component} ${node}`),
    ).toEqual(['antrea-agent node-1', 'ovsdb-server node-2', 'ovs-vswitchd node-2']);
    expect((await lab('--name', 'one', 'agent', 'node-1', 'start')).code).toBe(0);
    expect((await lab('--name', 'one', 'ovs', 'node-2', 'start')).code).toBe(0);
    expect((await lab('--name', 'one', 'ovs', 'node-1', 'kill')).code).toBe(0);
    expect((await lab('--name', 'one', 'ovs', 'node-1', 'restart')).code).toBe(0);
    expect((await status('one')).healthy).toBe(true);
    expect((await lab('--name', 'one', 'ovs', 'node-1', 'kill')).code).toBe(0);
    const alone = await lab('--name', 'one', 'ovs', 'node-1', 'start', '--daemon', 'ovs-vswitchd');
    expect(alone.stderr).toContain('needs its database');
    for (const daemon of ['ovsdb-server', 'ovs-vswitchd', 'ovsdb-server']) {
      expect((await lab('--name', 'one', 'ovs', 'node-1', 'restart', '--daemon', daemon)).code).toBe(0);
    }
    expect((await status('one')).healthy).toBe(true);
    const ping = await lab(
      '--name',
      'one',
      'node',
      'node-1',
      '--',
      'ping',
      '-n',
      '-c',
      '3',
      '-i',
      '0.1',
      '-W',
      '2',
      '192.168.77.12',
    );
    expect(ping.code, ping.stdout).toBe(0);
  });

  it('tells an agent that ended by itself from one that was stopped', async () => {
    const before = (await status('one')).components.find(
      ({ component, node }) => component === 'antrea-agent' && node === 'node-2',
    );
    process.kill(before!.pid!, 'SIGSEGV');
    const state = await waitFor(
      'its end',
      async () =>
        (await status('one')).components.find(
          ({ pid, component, node }) => component === 'antrea-agent' && node === 'node-2' && pid === undefined,
        )?.state,
      { timeoutMs: 10_000 },
    );
    expect(state).toBe('ended: SIGSEGV');
    expect((await lab('--name', 'one', 'agent', 'node-2', 'start')).code).toBe(0);
  });

  it('says what it cannot do', async () => {
    const messages: readonly [readonly string[], number, RegExp][] = [
      [['up'], 1, /lab "one" exists already; .* down/],
      [['node', 'node-9', '--', 'true'], 1, /no Node node-9; there are: node-1, node-2/],
      [['exec', 'default/none', '--', 'true'], 1, /Pod default\/none does not run/],
      [['agent', 'node-1', 'explode'], 2, /stop, start, restart, kill/],
      [['controller', 'explode'], 2, /must be one of/],
      [['antctl', 'frobnicate'], 2, /unknown command/],
      [['logs', 'agent'], 2, /which Node\?/],
      [['dns', 'set', 'x.test', 'A', 'nonsense'], 2, /not an IPv4 address/],
      [['frobnicate'], 2, /unknown command/],
      [['up', '--nodes', '0'], 2, /from 1 to 200/],
    ];
    for (const [args, code, message] of messages) {
      const ended = await lab('--name', 'one', ...args);
      expect(ended.stderr, args.join(' ')).toMatch(message);
      expect(ended.code, args.join(' ')).toBe(code);
    }
    expect((await lab('--name', 'none', 'status')).stderr).toMatch(/there is no lab "none"/);
  });

  it('lives beside another one', async () => {
    expect((await lab('--name', 'two', 'up', '--nodes', '1')).code).toBe(0);
    expect((await lab('list')).stdout.split('\n')).toEqual(expect.arrayContaining(['one', 'two']));
    expect((await lab('--name', 'two', 'down')).code).toBe(0);
    expect(traces('two')).toEqual(nothing);
    expect((await status('one')).healthy).toBe(true);
  });

  it('takes down what lost its mark inside, and nothing of the network it was started from', async () => {
    const bystander = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up; echo; exec sleep 1000'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void bystander.kill('SIGKILL'));
    await once(bystander.stdout, 'data');
    const started = [
      '--target',
      String(bystander.pid),
      '--net',
      process.execPath,
      main,
      '--name',
      'two',
      'up',
      '--nodes',
      '1',
    ];
    await promisify(execFile)('nsenter', started, { env });
    const { nodes } = JSON.parse(readFileSync(labPaths(root, 'two').namespaces, 'utf8')) as NamespaceRecord;
    const unmarked = spawn(
      'nsenter',
      ['--target', String(nodes['node-1']), '--net', 'env', '-i', '/bin/sleep', '1000'],
      {
        stdio: 'ignore',
      },
    );
    const ended = once(unmarked, 'exit');
    await waitFor('it to be inside', () => readFileSync(`/proc/${unmarked.pid}/environ`, 'utf8') === '', {
      timeoutMs: 5_000,
    });
    expect((await lab('--name', 'two', 'down')).code).toBe(0);
    expect(await ended).toEqual([null, 'SIGKILL']);
    expect(bystander.exitCode).toBeNull();
    expect(bystander.signalCode).toBeNull();
  });

  it('leaves nothing when it is taken down, even after its daemon was killed', async () => {
    const { dir, controlSocket } = labPaths(root, 'one');
    const daemon = findLabProcesses(dir).find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('daemon-main'),
    );
    process.kill(daemon!, 'SIGKILL');
    await waitFor('its end', async () => (await lab('--name', 'one', 'status')).stderr.includes('does not answer'), {
      timeoutMs: 10_000,
    });
    expect(existsSync(controlSocket)).toBe(true);
    expect((await lab('--name', 'one', 'node', 'node-1', '--', 'true')).code).toBe(0);
    expect((await lab('--name', 'one', 'down')).code).toBe(0);
    expect(traces('one')).toEqual(nothing);
    expect(await lab('--name', 'one', 'down')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('there is no lab') as string,
    });
  });
});

describe('a lab that does not come up', () => {
  it('names the component, shows the end of its log, and is removed', async () => {
    const broken = JSON.stringify({
      agent: ['sh', '-c', 'echo "no bridge for me" >&2; exit 3'],
      controller: ['sleep', '60'],
      plugin: '/bin/true',
    });
    const failed = await new Promise<Ended>((resolve) => {
      execFile(
        process.execPath,
        [main, '--name', 'two', 'up', '--nodes', '1'],
        { env: { ...env, [testComponentsVariable]: broken } },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(/antrea-agent on node-1 ended \(exit code 3\)[^]*no bridge for me/);
    expect((await status('two')).phase).toBe('failed');
    expect((await lab('--name', 'two', 'down')).code).toBe(0);
    expect(traces('two')).toEqual(nothing);
  });

  it('is removed when it is half-made', async () => {
    const up = execFile(process.execPath, [main, '--name', 'two', 'up'], { env });
    const { dir } = labPaths(root, 'two');
    await waitFor('its first namespaces', () => findLabProcesses(dir).length > 2, { timeoutMs: 10_000 });
    up.kill('SIGKILL');
    expect((await lab('--name', 'two', 'down')).code).toBe(0);
    expect(traces('two')).toEqual(nothing);
  });

  it('leaves nothing when it is interrupted', async () => {
    const up = execFile(process.execPath, [main, '--name', 'two', 'up'], { env });
    const ended = new Promise<number | null>((resolve) => up.once('exit', resolve));
    await waitFor('its first namespaces', () => findLabProcesses(labPaths(root, 'two').dir).length > 2, {
      timeoutMs: 10_000,
    });
    up.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(traces('two')).toEqual(nothing);
  });
});
