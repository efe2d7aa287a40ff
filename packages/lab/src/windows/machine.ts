import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import {
  addAdapter,
  createModelMachine,
  followHns,
  invokedCommands,
  ModelPowerShell,
  readHnsState,
  removeAdapter,
  type ModelMachine,
} from '@antrea-ts/host-windows/testing';
import { errorMessage, type Logger } from '@antrea-ts/runtime';
import { enterArgs, type Namespace } from '../process/namespace.js';
import { readLinks, readRoutes, type Link } from './links.js';
import { cableName, netfilterHooks, planHost, renderNetfilter } from './plan-host.js';
import { attachedEndpoints, planPods, planPodSide } from './plan-pods.js';

interface Modules {
  readonly namespace: Namespace;
  /** Where the fake HNS keeps its state. */
  readonly hnsStateFile: string;
  /** Gets a line for each invocation of PowerShell: when, and the commands. */
  readonly invocationsLog: string;
  /** The cable's address with its prefix length, and the router. */
  readonly address: string;
  readonly router: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** The Windows machine of a Node: a model that answers PowerShell, and a Linux namespace that is made to be as it says. */
export interface WindowsMachine {
  /** Runs a line of PowerShell in a session; what it changed is so when this resolves. */
  openSession(): (line: string) => Promise<string>;
  /** Makes the namespace what the model and HNS say now. */
  settle(): Promise<void>;
  /** A Pod's namespace, by the name that containerd gives it. */
  addPod(id: string, namespace: Namespace): void;
  removePod(id: string): void;
}

/** Makes the machine, with one adapter that has the Node's address. */
export async function startWindowsMachine(modules: Modules): Promise<WindowsMachine> {
  const { namespace, hnsStateFile, invocationsLog, log, signal } = modules;
  const model = createModelMachine({ hnsStateFile });
  const pods = new Map<string, Namespace>();
  const devices = new DeviceIndexes();
  let netfilter = '';
  let turn: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };
  const ip = async (where: Namespace, lines: readonly string[]): Promise<void> => {
    if (lines.length > 0) await where.run('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
  };

  const settleHost = async (): Promise<void> => {
    await ip(namespace, planHost(model, await readLinks(namespace), await readRoutes(namespace)));
    const text = renderNetfilter(model);
    if (text !== netfilter) await namespace.run('iptables-restore', ['-w', '--noflush'], { input: text });
    netfilter = text;
  };
  const settlePods = async (): Promise<void> => {
    const endpoints = attachedEndpoints(readHnsState(hnsStateFile));
    const pids = new Map([...pods].map(([id, { pid }]) => [id, pid]));
    const { node, made } = planPods(endpoints, await readLinks(namespace), pids);
    await ip(namespace, node);
    for (const endpoint of made) await ip(pods.get(endpoint.namespace)!, planPodSide(endpoint));
  };
  const settleAll = async (): Promise<void> => {
    followHns(model);
    await observe(model, devices, namespace);
    await settleHost();
    await settlePods();
  };

  /** Something happened that may have changed what is there; once more if it happens meanwhile. */
  let isDirty = false;
  const changed = (): void => {
    if (isDirty || signal.aborted) return;
    isDirty = true;
    void inTurn(async () => {
      isDirty = false;
      await settleAll();
    }).catch((error: unknown) => log.warn('Cannot do what Windows was told', { error: errorMessage(error) }));
  };

  await plugCable(model, modules);
  await inTurn(settleAll);
  followLinks(namespace, changed, signal);
  const watcher = watch(dirname(hnsStateFile), (_, file) => {
    if (file === basename(hnsStateFile)) changed();
  });
  signal.addEventListener('abort', () => watcher.close(), { once: true });

  return {
    openSession() {
      const session = new ModelPowerShell(model);
      return (line) =>
        inTurn(async () => {
          followHns(model);
          await observe(model, devices, namespace);
          const commands = invokedCommands(line);
          if (commands.length > 0)
            await appendFile(invocationsLog, `${new Date().toISOString()} ${commands.join('; ')}\n`);
          const printed = session.runLine(line);
          await settleAll();
          return printed;
        }).catch((error: unknown) => {
          log.error('Cannot do what Windows was told', { error: errorMessage(error) });
          throw error;
        });
    },
    settle: () => inTurn(settleAll),
    addPod: (id, pod) => void pods.set(id, pod),
    removePod: (id) => void pods.delete(id),
  };
}

const bridgeFilter = '/proc/sys/net/bridge/bridge-nf-call-iptables';

/**
 * The namespace's cable becomes the machine's adapter; Windows Nodes have IPv4 only. What passes the bridges that Pods are
 * plugged into is none of iptables' business.
 */
async function plugCable(model: ModelMachine, { namespace, address, router }: Modules): Promise<void> {
  await namespace.run('sh', [
    '-c',
    `ip link set eth0 down && ip link set eth0 name ${cableName} && ip link set ${cableName} up &&
    for scope in all default ${cableName}; do echo 1 >/proc/sys/net/ipv6/conf/$scope/disable_ipv6 2>/dev/null || :; done
    [ ! -e ${bridgeFilter} ] || echo 0 >${bridgeFilter}`,
  ]);
  const hooks = netfilterHooks.map(
    ([table, chain, hook]) => `*${table}\n:${chain} - [0:0]\n-A ${hook} -j ${chain}\nCOMMIT`,
  );
  await namespace.run('iptables-restore', ['-w', '--noflush'], { input: `${hooks.join('\n')}\n` });
  const link = (await readLinks(namespace)).find(({ name }) => name === cableName);
  const { index } = addAdapter(model, cableName, { mac: windowsMac(link?.mac ?? ''), mtu: link?.mtu ?? 1500 });
  const [ip = '', length] = address.split('/');
  model.addresses.push({ index, ip, prefixLength: Number(length) });
  model.routes.push({ prefix: '0.0.0.0/0', nextHop: router, index, metric: 256 });
}

function windowsMac(mac: string): string {
  return mac.replaceAll(':', '-').toUpperCase();
}

/** Which device stood for an adapter when it was last seen: one that Open vSwitch made anew is another one. */
class DeviceIndexes extends Map<string, number> {}

/** Interfaces that Open vSwitch makes in Linux without being asked for them. */
const ofTheSwitchItself = /^(ovs-netdev|ovs-system|genev_sys_|vxlan_sys_|gre_sys)/;

/** Takes over into the model what Open vSwitch did to its interfaces. */
async function observe(model: ModelMachine, devices: DeviceIndexes, namespace: Namespace): Promise<void> {
  const links = await readLinks(namespace);
  const ports = links.filter(
    ({ name, kind, master }) =>
      (kind === 'tun' || kind === 'openvswitch') && !ofTheSwitchItself.test(name) && !master?.startsWith('w'),
  );
  const endpoints = new Set(attachedNames(model));
  for (const link of ports) if (!endpoints.has(link.name)) observePort(model, devices, link);
  const gone = model.adapters
    .map(({ name }) => name)
    .filter((name) => devices.has(name) && !links.some((link) => link.name === name));
  if (gone.length === 0) return;
  // An adapter of Windows outlives the switch's process, and loses nothing by that.
  const kept = await interfacesOf(namespace);
  for (const name of kept ? gone.filter((each) => !kept.has(each)) : []) {
    removeAdapter(model, name);
    devices.delete(name);
  }
}

function attachedNames({ hnsStateFile }: ModelMachine): readonly string[] {
  return hnsStateFile === undefined ? [] : attachedEndpoints(readHnsState(hnsStateFile)).map(({ name }) => name);
}

function observePort(model: ModelMachine, devices: DeviceIndexes, { name, index, mac, mtu, up }: Link): void {
  const adapter = model.adapters.find((each) => each.name === name);
  const isAnother = devices.get(name) !== index;
  devices.set(name, index);
  if (!adapter) {
    const freeIndex = 1 + Math.max(3, ...model.adapters.map((each) => each.index));
    const state = { virtual: true, index: freeIndex, mac: windowsMac(mac), mtu } as const;
    addAdapter(model, name, { ...state, status: up ? 'Up' : 'Disabled' });
  } else if (!isAnother) {
    adapter.mac = windowsMac(mac);
    adapter.mtu = mtu;
  }
}

/** Interfaces in Open vSwitch's database; undefined while it does not answer. */
async function interfacesOf(namespace: Namespace): Promise<ReadonlySet<string> | undefined> {
  try {
    const command = ['--timeout=2', '--bare', '--no-headings', '--columns=name', 'list', 'Interface'];
    const { stdout } = await namespace.run('ovs-vsctl', command);
    return new Set(stdout.split('\n').filter((line) => line !== ''));
  } catch {
    return undefined;
  }
}

/** Calls when interfaces of a namespace come, go or change. */
function followLinks(namespace: Namespace, changed: () => void, signal: AbortSignal): void {
  const child = spawn('nsenter', enterArgs(namespace.pid, 'ip', ['-o', 'monitor', 'link']), {
    stdio: ['ignore', 'pipe', 'ignore'],
    cwd: '/',
    signal,
  });
  child.on('error', () => {});
  child.stdout.on('data', changed);
}
