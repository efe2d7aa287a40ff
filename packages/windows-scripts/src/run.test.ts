import { describe, expect, it } from 'vitest';
import { constants } from './constants.js';
import { runScript, type ScriptResult } from './machine/run-script.js';
import {
  addFile,
  addressesOf,
  createMachine,
  installNetwork,
  uplinkAddress,
  type WindowsMachine,
} from './machine/windows-machine.js';
import type { Value } from './powershell/values.js';
import { readScripts } from './scripts.js';
import { PowerShellParser } from './syntax.js';

const parser = await PowerShellParser.load();
const { services, agent } = constants;
const done: ScriptResult = { code: 0, error: '' };
const nodeParameters = { NodeIP: uplinkAddress, KubernetesVersion: 'v1.27.16' };
const agentParameters = { KubeConfig: 'C:\\k\\agent.kubeconfig', ControllerAddress: '192.0.2.1:10349' };

function run(machine: WindowsMachine, name: string, parameters: Readonly<Record<string, Value>> = {}): ScriptResult {
  return runScript(parser, machine, name, parameters);
}

function networkedMachine(): WindowsMachine {
  const machine = createMachine();
  installNetwork(machine);
  return machine;
}

/** With Open vSwitch and the agent as services, and no network of theirs yet. */
function installedMachine(): WindowsMachine {
  const machine = createMachine();
  expect(run(machine, 'Install-OVS.ps1', { LocalFile: 'C:\\ovs.zip' }).code).toBe(3010);
  expect(run(machine, 'Install-AntreaAgent.ps1', agentParameters)).toEqual(done);
  machine.changes.length = 0;
  return machine;
}

/** Each script with parameters, and a machine on which it has something to do. */
const cases: readonly (readonly [string, Readonly<Record<string, Value>>, () => WindowsMachine])[] = [
  ['Prepare-Node.ps1', nodeParameters, createMachine],
  ['Install-OVS.ps1', {}, createMachine],
  ['Prepare-AntreaAgent.ps1', {}, () => Object.assign(networkedMachine(), { ovsExtension: false })],
  ['Prepare-ServiceInterface.ps1', {}, createMachine],
  ['Install-AntreaAgent.ps1', agentParameters, createMachine],
  ['Start.ps1', {}, installedMachine],
  ['Stop.ps1', {}, () => startedMachine()],
  ['Clean-AntreaNetwork.ps1', {}, networkedMachine],
  ['Reset-Node.ps1', {}, networkedMachine],
  ['Uninstall-OVS.ps1', { RemoveDirectory: true }, installedMachine],
];

function startedMachine(): WindowsMachine {
  const machine = installedMachine();
  expect(run(machine, 'Start.ps1')).toEqual(done);
  machine.changes.length = 0;
  return machine;
}

describe.each(cases)('%s', (name, parameters, make) => {
  it('does what it has to, and nothing when it runs again', () => {
    const machine = make();
    expect(run(machine, name, parameters)).toEqual({ code: name === 'Install-OVS.ps1' ? 3010 : 0, error: '' });
    expect(machine.changes).not.toEqual([]);
    machine.changes.length = 0;
    expect(run(machine, name, parameters)).toEqual(done);
    expect(machine.changes.filter((change) => !repeated.test(change))).toEqual([]);
  });

  it('does nothing with -WhatIf, and tells it', () => {
    const machine = make();
    expect(run(machine, name, { ...parameters, WhatIf: true })).toEqual(done);
    expect(machine.changes).toEqual([]);
    expect(machine.told.filter((line) => line.startsWith('What if: '))).not.toEqual([]);
  });

  it('refuses without an elevated account', () => {
    const machine = Object.assign(make(), { elevated: false });
    expect(run(machine, name, parameters)).toEqual({
      code: 2,
      error: expect.stringContaining('"Run as administrator"'),
    });
    expect(machine.changes).toEqual([]);
  });

  // A failure of each change in turn.
  it('tells each failure, and comes to its end when it runs again', () => {
    const whole = make();
    run(whole, name, parameters);
    for (const [index, change] of whole.changes.entries()) {
      if (triedAgain.test(change)) continue;
      const machine = Object.assign(make(), { failAt: index + 1 });
      expect(run(machine, name, parameters), change).toEqual({
        code: 1,
        error: expect.stringContaining('was made to fail'),
      });
      machine.failAt = 0;
      const again = run(machine, name, parameters);
      const isEnd = again.error === '' || again.error.includes('Run Uninstall-OVS.ps1 -RemoveDirectory');
      expect(isEnd ? 'its end' : again.error, change).toBe('its end');
      if (again.error === '') expect(addressesOf(machine), change).toEqual(addressesOf(whole));
    }
  });
});

/** What is done each time: it cannot be seen whether it has to. */
const repeated =
  /^(?:copy |icacls|ipconfig|download .*sha256|write .*StartKubelet|.*nssm.exe set)|(?:make|remove) c:\\(?:etc\\kubernetes|var\\lib\\kubelet)/i;
/** What is fetched from elsewhere may fail twice. */
const triedAgain = /^download .*(?:exe|zip)$/;

describe('Clean-AntreaNetwork.ps1', () => {
  it('gives the adapter back to the host, and leaves nothing of ours', () => {
    const machine = networkedMachine();
    expect(run(machine, 'Clean-AntreaNetwork.ps1')).toEqual(done);
    const { net } = machine;
    expect(addressesOf(machine)).toEqual([`Ethernet ${uplinkAddress}`]);
    expect(net.routes.map(({ prefix, nextHop }) => `${prefix} ${nextHop}`)).toEqual(['0.0.0.0/0 192.168.77.1']);
    expect([...net.dnsServers.values()]).toEqual([['192.168.77.1']]);
    expect([net.nats.size, net.firewall.length, machine.bindings.size, machine.hnsNetwork]).toEqual([
      0,
      0,
      0,
      undefined,
    ]);
    expect(machine.files.has(agent.uplinkSettings.toLowerCase())).toBe(false);
  });

  it('asks DHCP where nothing was written down, once the binding is off', () => {
    const machine = networkedMachine();
    machine.files.delete(agent.uplinkSettings.toLowerCase());
    machine.hnsNetwork = undefined;
    expect(run(machine, 'Clean-AntreaNetwork.ps1')).toEqual(done);
    expect(addressesOf(machine)).toEqual([`Ethernet ${uplinkAddress}`]);
  });

  it('gives back what was written down where DHCP has nothing', () => {
    const machine = networkedMachine();
    machine.dhcp.clear();
    expect(run(machine, 'Clean-AntreaNetwork.ps1')).toEqual(done);
    expect(addressesOf(machine)).toEqual([`Ethernet ${uplinkAddress}`]);
  });

  it('leaves what is not ours', () => {
    const machine = networkedMachine();
    const [{ index } = { index: 0 }] = machine.net.adapters;
    machine.net.routes.push({ prefix: '7.7.7.0/24', nextHop: '192.168.77.7', index, metric: 256 });
    machine.net.nats.set('others', '10.0.0.0/8');
    run(machine, 'Clean-AntreaNetwork.ps1');
    expect(machine.net.routes.map(({ prefix }) => prefix)).toContain('7.7.7.0/24');
    expect([...machine.net.nats.keys()]).toEqual(['others']);
  });

  it('makes the database of Open vSwitch anew when its service hangs', () => {
    const machine = networkedMachine();
    machine.services.get(services.vswitchd)!.status = 'StartPending';
    addFile(machine, 'C:\\openvswitch\\etc\\openvswitch\\conf.db', 'old');
    addFile(machine, 'C:\\openvswitch\\usr\\bin\\ovsdb-tool.exe', '');
    expect(run(machine, 'Clean-AntreaNetwork.ps1')).toEqual(done);
    expect(machine.services.get(services.vswitchd)).toMatchObject({ status: 'Running', dependsOn: [services.ovsdb] });
    expect(machine.files.get('c:\\openvswitch\\etc\\openvswitch\\conf.db')).toBe('empty');
  });

  it('refuses while the agent runs, and an adapter that there is not', () => {
    const machine = networkedMachine();
    machine.listening.add(agent.apiPort);
    expect(run(machine, 'Clean-AntreaNetwork.ps1')).toEqual({
      code: 2,
      error: expect.stringContaining('Run Stop.ps1'),
    });
    machine.listening.clear();
    const wrong = run(machine, 'Clean-AntreaNetwork.ps1', { Uplink: 'Ethernet9' });
    expect(wrong).toEqual({ code: 2, error: expect.stringContaining('-Uplink Ethernet9: there is no such adapter') });
    expect(machine.changes).toEqual([]);
  });
});

describe('Install-OVS.ps1', () => {
  it('registers services that depend on each other and listen to nobody outside', () => {
    const machine = createMachine();
    run(machine, 'Install-OVS.ps1');
    const [database, vswitch] = [services.ovsdb, services.vswitchd].map((name) => machine.services.get(name));
    expect([database?.status, vswitch?.status, vswitch?.dependsOn]).toEqual(['Running', 'Running', [services.ovsdb]]);
    expect(`${database?.command} ${vswitch?.command}`).not.toContain('tcp:');
    expect(machine.environment.get('Path')).toBe('C:\\Windows;C:\\openvswitch\\usr\\bin;C:\\openvswitch\\usr\\sbin');
  });

  it('unpacks nothing that has another hash, and fetches nothing whose hash is not known', () => {
    const machine = createMachine();
    addFile(machine, 'C:\\other.zip', 'other');
    const wrong = run(machine, 'Install-OVS.ps1', { LocalFile: 'C:\\other.zip' });
    expect(wrong).toEqual({ code: 2, error: expect.stringContaining('its SHA-256 hash is') });
    const unknown = run(machine, 'Install-OVS.ps1', { DownloadUrl: 'https://example.com/ovs.zip' });
    expect(unknown).toEqual({
      code: 2,
      error: expect.stringContaining('Give the SHA-256 hash of the archive with -Hash'),
    });
    expect([...machine.files.keys()].filter((path) => path.startsWith('c:\\openvswitch'))).toEqual([]);
    expect([...machine.files.keys()].filter((path) => path.startsWith('c:\\temp\\'))).toEqual([]);
  });

  it('does not go on from half of it', () => {
    const machine = createMachine();
    addFile(machine, 'C:\\openvswitch', undefined);
    expect(run(machine, 'Install-OVS.ps1')).toEqual({
      code: 2,
      error: expect.stringContaining('Uninstall-OVS.ps1 -RemoveDirectory'),
    });
    expect(machine.changes).toEqual([]);
  });
});

it('Prepare-Node.ps1 enables what is missing, and asks for a restart', () => {
  const machine = createMachine();
  machine.net.features.clear();
  expect(run(machine, 'Prepare-Node.ps1', nodeParameters)).toEqual({
    code: 2,
    error: expect.stringContaining('-EnableHyperV'),
  });
  expect(machine.changes).toEqual([]);
  expect(run(machine, 'Prepare-Node.ps1', { ...nodeParameters, EnableHyperV: true }).code).toBe(3010);
  expect(run(machine, 'Prepare-Node.ps1', { ...nodeParameters, EnableHyperV: true })).toEqual(done);
  const written = machine.files.get('c:\\k\\startkubelet.ps1') ?? '';
  expect(written).toContain("$flags += '--node-ip=192.168.77.29'");
  expect(written).toContain("& 'C:\\antrea\\scripts\\Prepare-AntreaAgent.ps1'");
  expect(parser.parse(written).hasError).toBe(false);
});

it('Install-AntreaAgent.ps1 installs an agent that depends on Open vSwitch, and for a Pod the plugins only', () => {
  const machine = installedMachine();
  expect(machine.services.get(services.agent)?.dependsOn).toEqual([services.ovsdb, services.vswitchd]);
  expect(machine.files.get('c:\\k\\antrea\\etc\\antrea-agent.conf')).toContain(
    "kubeconfig: 'C:\\k\\antrea\\etc\\kubeconfig'",
  );
  expect(machine.closed).toEqual(new Set([agent.runDir, 'C:\\k\\antrea\\etc\\kubeconfig']));
  const ofPod = createMachine();
  expect(run(ofPod, 'Install-AntreaAgent.ps1', { WithoutService: true })).toEqual(done);
  expect([...ofPod.files.keys()].filter((path) => path.startsWith('c:\\opt\\cni\\bin\\')).sort()).toEqual([
    'c:\\opt\\cni\\bin\\antrea.exe',
    'c:\\opt\\cni\\bin\\host-local.exe',
  ]);
  expect(ofPod.services.has(services.agent)).toBe(false);
  expect(ofPod.closed).toEqual(new Set([agent.runDir]));
});

it('Prepare-AntreaAgent.ps1 leaves a network alone that is as it should be, and cleans up one that is not', () => {
  const machine = networkedMachine();
  machine.listening.add(agent.apiPort);
  expect(run(machine, 'Prepare-AntreaAgent.ps1')).toEqual(done);
  expect(machine.changes).toEqual([]);
  // After a boot: HNS has forgotten it, and nobody listens.
  const booted = Object.assign(networkedMachine(), { hnsNetwork: undefined });
  expect(run(booted, 'Prepare-AntreaAgent.ps1')).toEqual(done);
  expect(addressesOf(booted)).toEqual([`Ethernet ${uplinkAddress}`]);
});

it('Uninstall-OVS.ps1 refuses while the adapter is on the bridge', () => {
  const machine = networkedMachine();
  expect(run(machine, 'Uninstall-OVS.ps1')).toEqual({
    code: 2,
    error: expect.stringContaining('Run Clean-AntreaNetwork.ps1 first'),
  });
  expect(machine.changes).toEqual([]);
});

it('every script is run here', () => {
  const scripts = readScripts().map(({ name }) => name);
  expect(cases.map(([name]) => name).sort()).toEqual(scripts.filter((name) => /^[\w-]+\.ps1$/.test(name)));
});
