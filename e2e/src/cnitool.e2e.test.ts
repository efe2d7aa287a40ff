import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, readFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cniPlugin } from './cni-call.js';
import { eventually, Lab, type CommandResult } from './lab.js';

const version = 'v1.1.2';
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'antrea-ts', `cnitool-${version}`);
const conflist = new URL('../../scripts-linux/antrea-cni.conflist', import.meta.url);

/** The CNI project's own runtime, built once; or why there is none. */
function findCnitool(): { readonly path: string } | { readonly reason: string } {
  const path = join(cache, 'cnitool');
  if (existsSync(path)) return { path };
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
  } catch {
    return { reason: 'without Go' };
  }
  try {
    const env = { ...process.env, GOBIN: cache, GOFLAGS: '-mod=mod' };
    execFileSync('go', ['install', `github.com/containernetworking/cni/cnitool@${version}`], { env, stdio: 'pipe' });
    return { path };
  } catch {
    return { reason: 'cnitool cannot be built here' };
  }
}

const tool = findCnitool();
const suffix = 'reason' in tool ? ` (skipped: ${tool.reason})` : '';

/** The list of plugins that is installed on Nodes, called by a runtime that we did not write. */
describe.skipIf('reason' in tool)(`cnitool with the installed configuration${suffix}`, () => {
  const lab = new Lab('cnitool');
  const directory = mkdtempSync(join(tmpdir(), 'antrea-cnitool-'));
  const [conf, bin] = [join(directory, 'net.d'), join(directory, 'bin')];
  const netns = '/var/run/netns/tool';
  const inNode = (...command: string[]): Promise<string> => lab.node('node-1', ...command);

  beforeAll(async () => {
    mkdirSync(conf);
    mkdirSync(bin);
    writeFileSync(join(conf, '10-antrea.conflist'), readFileSync(conflist));
    symlinkSync(cniPlugin, join(bin, 'antrea'));
    await lab.up('--nodes', '1');
    await inNode('ip', 'netns', 'add', 'tool');
  });
  afterAll(async () => {
    await lab.down();
    rmSync(directory, { recursive: true });
  });

  /** `capabilities`: what a runtime says that a Pod asks for, for the plugins that can do it. */
  function cnitool(verb: 'add' | 'check' | 'del', capabilities: object = {}): Promise<CommandResult> {
    const environment = [
      `NETCONFPATH=${conf}`,
      `CNI_PATH=${bin}:/opt/cni/bin:/usr/lib/cni`,
      `CAP_ARGS=${JSON.stringify(capabilities)}`,
    ];
    const path = 'path' in tool ? tool.path : '';
    return lab.run(['node', 'node-1', '--', 'env', ...environment, path, verb, 'antrea', netns]);
  }

  it('adds, checks and deletes, a port of the host and a limited rate included; DEL twice, and without the namespace', async () => {
    const bandwidth = {
      ingressRate: 8_000_000,
      ingressBurst: 8_000_000,
      egressRate: 8_000_000,
      egressBurst: 8_000_000,
    };
    const capabilities = { portMappings: [{ hostPort: 8081, containerPort: 80, protocol: 'tcp' }], bandwidth };
    const added = await cnitool('add', capabilities);
    expect(added).toMatchObject({ exitCode: 0 });
    const result = JSON.parse(added.stdout) as { interfaces: { name: string }[]; ips: { address: string }[] };
    expect(result.ips[0]?.address).toMatch(/^10\.10\.1\.\d+\/24$/);
    const port = result.interfaces[0]?.name ?? '';
    expect(await inNode('ovs-vsctl', 'list-ports', 'br-int')).toContain(port);
    expect(await inNode('tc', 'qdisc', 'show', 'dev', port)).toMatch(/tbf .*rate 8Mbit/);
    expect(await inNode('iptables', '-w', '-t', 'nat', '-S')).toMatch(/--dport 8081 .*DNAT/);

    const server = "require('http').createServer((q,s)=>s.end('served')).listen(80)";
    const serving = lab.spawn(['node', 'node-1', '--', 'ip', 'netns', 'exec', 'tool', 'node', '-e', server]);
    const answer = await eventually(() =>
      lab.ok(['external', '--', 'curl', '-sf', '-m', '2', 'http://192.168.77.11:8081/']),
    );
    expect(answer).toBe('served');
    await inNode('sh', '-c', 'kill $(ip netns pids tool)');
    serving.kill();

    // Not of the port: portmap 1.1 misses rules for IPv6, also where a Pod has no address of it.
    const good = await cnitool('check', { bandwidth });
    expect(good.exitCode, good.stderr).toBe(0);
    await inNode('ip', 'netns', 'exec', 'tool', 'ip', 'route', 'del', 'default');
    const checked = await cnitool('check', { bandwidth });
    expect(checked.exitCode).not.toBe(0);
    expect(checked.stdout + checked.stderr).toContain('route 0.0.0.0/0 is missing');

    expect(await cnitool('del', capabilities)).toMatchObject({ exitCode: 0 });
    expect(await cnitool('del', capabilities)).toMatchObject({ exitCode: 0 });
    await inNode('ip', 'netns', 'delete', 'tool');
    expect(await cnitool('del', capabilities)).toMatchObject({ exitCode: 0 });
    expect(await inNode('ovs-vsctl', 'list-ports', 'br-int')).not.toContain(port);
    expect(await inNode('iptables', '-w', '-t', 'nat', '-S')).not.toContain('--dport 8081');
    expect(await inNode('sh', '-c', 'ls /var/lib/cni/networks/antrea')).not.toContain('10.10.1.');
  });
});
