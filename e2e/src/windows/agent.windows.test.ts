import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPrivateOvs, type PrivateOvs } from '@antrea-ts/ovs/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab } from '../lab.js';
import type { ClusterFile } from './cluster-file.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const windowsPath = (path: string): string => `Z:${path.replaceAll('/', '\\')}`;

/** A socket of Open vSwitch as a port of loopback: node.exe cannot connect to the socket itself. */
async function offer(socket: string): Promise<number> {
  const server = createServer((client) => {
    const upstream = connect({ path: socket });
    client.pipe(upstream).pipe(client);
    for (const each of [client, upstream]) each.on('error', () => (client.destroy(), upstream.destroy()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return (server.address() as AddressInfo).port;
}

const windowsNode = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'win-1', labels: { 'kubernetes.io/os': 'windows' } },
  spec: { podCIDR: '10.10.9.0/24', podCIDRs: ['10.10.9.0/24'] },
};
const addresses = [{ type: 'InternalIP', address: '192.168.77.29' }];
const windowsPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', labels: { app: 'web' } },
  spec: { nodeName: 'win-1', containers: [{ name: 'main', image: 'none' }] },
};
const policy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'isolate-web', namespace: 'default' },
  spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'] },
};

/**
 * A lab of one Linux Node; a Windows Node in its API, whose agent runs under Wine; and a real Open vSwitch without devices
 * (`dummy`) for it. What is checked inside is in `agent.ts`, and counted by itself.
 */
describe('a Windows Node in a cluster', () => {
  const lab = new Lab('windows');
  let ovs: PrivateOvs;
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'windows-node-'));
    ovs = await startPrivateOvs();
    await lab.up('--nodes', '1');
    for (const object of [windowsNode, windowsPod, policy]) {
      await lab.kubectl(['apply', '-f', '-'], JSON.stringify(object));
    }
    const patch = JSON.stringify({ status: { addresses } });
    await lab.kubectl(['patch', 'node', 'win-1', '--subresource=status', '--type=merge', '-p', patch]);
  });
  afterAll(async () => {
    await lab.down();
    await ovs.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('its agent runs, connects a Pod, and is started again', async () => {
    const cluster: ClusterFile = {
      kubeconfig: windowsPath((await lab.ok(['kubeconfig'])).trim()),
      vswitchdPid: ovs.vswitchdPid,
      sockets: {
        'db.sock': await offer(ovs.dbSocket),
        'br-int.mgmt': await offer(ovs.mgmtSocket('br-int')),
        'ovs-vswitchd.ctl': await offer(join(ovs.runDir, `ovs-vswitchd.${ovs.vswitchdPid}.ctl`)),
      },
    };
    const file = join(directory, 'cluster.json');
    writeFileSync(file, JSON.stringify(cluster));
    const counts = join(root, 'e2e/test-results/windows-agent.counts');
    const program = join(root, 'e2e/dist/windows/agent/main.js');
    const args = ['run', '--timeout', '280', program, windowsPath(counts), windowsPath(file)];
    const child = spawn(join(root, 'tools/wine'), args, { stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number];
    expect(code, await ovs.vswitchdLog()).toBe(0);
  });

  it('the Linux Node knows the way to its Pods', async () => {
    const flows = await lab.node('node-1', 'ovs-ofctl', '-O', 'OpenFlow13', 'dump-flows', 'br-int', '--no-stats');
    expect(flows).toContain('nw_dst=10.10.9.0/24');
  });
});
