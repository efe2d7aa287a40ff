import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, Lab } from './lab.js';

const scripts = new URL('../../scripts-linux/', import.meta.url).pathname;
const agentProgram = new URL('../../packages/agent/dist/main-linux.js', import.meta.url).pathname;

interface ManifestObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: unknown;
  readonly spec?: { conversion?: unknown; template?: { spec: { containers: readonly Container[] } } };
}
interface Container {
  readonly name: string;
  readonly securityContext: { readonly capabilities: { readonly add?: readonly string[] } };
}

const windowsManifest = new URL('../../scripts-windows/antrea-windows.yml', import.meta.url).pathname;
const objects = [join(scripts, 'antrea.yml'), windowsManifest].flatMap((path) =>
  parseAllDocuments(readFileSync(path, 'utf8')).map((document) => document.toJS() as ManifestObject),
);

/** What `setpriv` takes for the capabilities of a container of the Linux agent's DaemonSet: these and no others. */
function boundingSet(container: string): string {
  const { containers } = objects.find(({ kind, metadata }) => kind === 'DaemonSet' && metadata.name === 'antrea-agent')!
    .spec!.template!.spec;
  const { add = [] } = containers.find(({ name }) => name === container)!.securityContext.capabilities;
  return ['-all', ...add.map((name) => `+${name.toLowerCase()}`)].join(',');
}

function rightsOf({ kind, metadata, rules }: ManifestObject): [string, unknown] {
  return [`${kind} ${metadata.name}`, rules];
}

describe('antrea.yml with antrea-windows.yml, and what is installed with them', () => {
  const lab = new Lab('deploy');
  const directory = mkdtempSync(join(tmpdir(), 'antrea-deploy-'));
  const file = (name: string, text: string): string => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o755 });
    return path;
  };
  const inNode = (...command: string[]): Promise<string> => lab.node('node-1', ...command);

  const hadHost = existsSync('/host');

  beforeAll(async () => {
    if (!hadHost) mkdirSync('/host');
    await lab.up('--nodes', '1', '--rbac');
  });
  afterAll(async () => {
    await lab.down();
    rmSync(directory, { recursive: true });
    if (!hadHost) rmdirSync('/host');
  });

  it('is taken by the API, and its rights are all that programs need', async () => {
    // The lab's API converts nothing: a real one does.
    for (const { spec } of objects) delete spec?.conversion;
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    const applied = (await lab.kubectl(['apply', '-f', '-'], list)).trim().split('\n');
    expect(applied).toHaveLength(objects.length);
    const roles = await lab.kubectl(['get', 'clusterroles,roles', '-A', '-l', 'app=antrea', '-o', 'json']);
    const stored = (JSON.parse(roles) as { items: ManifestObject[] }).items.map(rightsOf);
    const written = objects.filter(({ rules }) => rules).map(rightsOf);
    expect(new Map(stored)).toEqual(new Map(written));
    const workloads = ['daemonset/antrea-agent', 'daemonset/antrea-agent-windows', 'deployment/antrea-controller'];
    await lab.kubectl(['delete', '-n', 'kube-system', ...workloads]);
    await lab.pods([{ name: 'before' }]);
    for (const component of [['controller'], ['agent', 'node-1']]) {
      const log = await lab.ok(['logs', ...component]);
      expect(log.split('\n').filter((line) => /forbidden|cannot (get|list|create|patch)/i.test(line))).toEqual([]);
    }
  });

  it('the agent needs no more than its container has', async () => {
    await lab.ok(['agent', 'node-1', 'stop']);
    const log = join(directory, 'contained.log');
    const config = (await inNode('cat', `/run/antrea-lab/${lab.name}/nodes/node-1/antrea-agent.conf`)).replace(
      'hostProcPathPrefix: ""',
      'hostProcPathPrefix: /host',
    );
    // What a container runtime does: settings of the kernel can only be read, but where the manifest mounts them.
    const contained = file(
      'contained',
      `#!/bin/sh -e
      echo $$ >${directory}/pid
      mount -t tmpfs none /host
      mkdir /host/proc
      mount --bind /proc /host/proc
      mount -o remount,bind,ro /host/proc
      mount --bind /proc/sys/net /host/proc/sys/net
      mount --bind /proc/sys /proc/sys
      mount -o remount,bind,ro /proc/sys
      exec setpriv --no-new-privs --bounding-set ${boundingSet('antrea-agent')} --inh-caps -all \\
        node ${agentProgram} --config ${file('contained.conf', config)} >${log} 2>&1`,
    );
    const running = lab.spawn(['node', 'node-1', '--', 'unshare', '-m', 'env', 'NODE_NAME=node-1', contained]);
    try {
      await lab.pods([{ name: 'contained' }]);
      const [address = ''] = await lab.podIps('contained');
      await inNode('ping', '-c1', '-W2', address);
      await lab.kubectl(['delete', 'pod', 'contained', '--grace-period=0', '--force']);
      await eventually(async () =>
        expect(await inNode('ovs-vsctl', 'list-ports', 'br-int')).not.toContain('contained'),
      );
    } finally {
      process.kill(Number(readFileSync(join(directory, 'pid'), 'utf8')));
      await once(running, 'exit');
    }
    expect(readFileSync(log, 'utf8')).not.toMatch(/ (ERROR|FATAL) /);
    await lab.ok(['agent', 'node-1', 'start']);
  });

  it('Open vSwitch starts with what its container has, tells when it is ill, and stops when told', async () => {
    const script = file(
      'ovs',
      `#!/bin/bash -e
      for directory in /var/run /var/log /etc/openvswitch; do mount -t tmpfs none $directory; done
      unset OVS_RUNDIR OVS_DBDIR OVS_LOGDIR
      start="setpriv --no-new-privs --bounding-set ${boundingSet('antrea-ovs')} --inh-caps -all ${scripts}image/start-ovs"
      $start & ovs=$!
      for i in $(seq 100); do ${scripts}image/start-ovs --check 2>/dev/null && break; sleep 0.1; done
      ovs-vsctl --timeout=10 add-br br-try -- set Bridge br-try datapath_type=netdev
      ovs-vsctl get Open_vSwitch . other_config:flow-restore-wait
      stat -c '%a %U %n' /var/run/openvswitch/conf.db /var/run/openvswitch/db.sock
      kill -TERM $ovs; wait $ovs; echo "exit $?"
      ${scripts}image/start-ovs --check 2>/dev/null || echo ill`,
    );
    const output = execFileSync('unshare', ['-m', '-n', '-p', '-f', '--mount-proc', script], { encoding: 'utf8' });
    expect(output).toMatch(
      /"?true"?\n640 root .*conf.db\n7[05]0 root .*db.sock\n.*stopping Open vSwitch\nexit 0\nill/s,
    );
  });

  it('CNI files are for root to write, also when they are installed twice', async () => {
    const [conf, bin] = [join(directory, 'net.d'), join(directory, 'bin')];
    const script = file(
      'install',
      `#!/bin/bash -e
      mount -t tmpfs none /var/run
      PATH=${new URL('../../packages/cni/dist', import.meta.url).pathname}:$PATH
      export NO_KERNEL_MODULES=1 CNI_CONFLIST=${scripts}antrea-cni.conflist HOST_CNI_CONF_DIR=${conf} HOST_CNI_BIN_DIR=${bin}
      mkdir -p ${conf}; echo old >${conf}/10-antrea.conf
      umask 0
      ${scripts}image/install-cni; ${scripts}image/install-cni >/dev/null
      stat -c '%a %U:%G %n' /var/run/antrea`,
    );
    const output = execFileSync('unshare', ['-m', script], { encoding: 'utf8' });
    expect(output).toContain('750 root:root /var/run/antrea');
    const found = execFileSync('find', [conf, bin, '-type', 'f', '-printf', '%m %u:%g %f\n'], { encoding: 'utf8' });
    expect(found.trim().split('\n').sort()).toEqual([
      '644 root:root 10-antrea.conflist',
      ...['antrea', 'bandwidth', 'loopback', 'portmap'].map((name) => `755 root:root ${name}`),
    ]);
  });

  it('what programs leave on a Node is closed to others', async () => {
    const found = await eventually(async () => {
      const files = await inNode('find', '/var/run/antrea/', '-printf', '%y %m %u %p\n');
      expect(files).toContain('s 600 root /var/run/antrea/cni.sock');
      return files;
    });
    for (const line of found.trim().split('\n')) expect(line, line).toMatch(/^(s 6[06]0|f 6[04]0|d 7[05]0) root /);
  });

  it('clean-node.sh refuses while the agent runs, then removes what is ours and nothing else, twice', async () => {
    const clean = ['env', `CNI_CONF_DIR=${directory}/net.d`, `CNI_BIN_DIR=${directory}/bin`, `${scripts}clean-node.sh`];
    expect(await lab.run(['node', 'node-1', '--', ...clean])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('stop it first'),
    });
    await inNode('sh', '-c', foreign);
    await lab.ok(['agent', 'node-1', 'stop']);
    await inNode(...clean);
    const left = await inNode('sh', '-c', inventory);
    expect(left.match(/ANTREA|antrea|br-int|proto 65/g)).toBeNull();
    for (const kept of [
      '-s 1.2.3.4/32',
      ':MINE',
      '7.7.7.0/24',
      'OTHERS',
      'br-phy',
      'lookup local',
      'fwmark 0x9 lookup 99',
    ]) {
      expect(left).toContain(kept);
    }
    await inNode(...clean);
    expect(await inNode('sh', '-c', inventory)).toBe(left);
    expect(await lab.run(['node', 'node-1', '--', 'test', '-e', `${directory}/bin/antrea`])).toMatchObject({
      exitCode: 1,
    });
  });
});

/** Things of others, next to ours. */
const foreign = `iptables -w -t nat -A POSTROUTING -s 1.2.3.4 -j MASQUERADE; iptables -w -N MINE
  ip route add 7.7.7.0/24 dev br-phy; ip rule add pref 9 fwmark 9 lookup 99; ip rule add pref 8 fwmark 2 lookup 98 protocol 65
  ipset create OTHERS hash:ip`;
const inventory = `iptables-save | grep -v '^#'; ip6tables-save | grep -v '^#'; ip -br link; ip rule; ip -6 rule
  ip route show table all; ip -6 route show table all | grep -v fe80; ip neigh show nud permanent; ipset save; ovs-vsctl list-br`;
