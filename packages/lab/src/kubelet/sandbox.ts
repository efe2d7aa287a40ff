import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { LabPaths } from '../paths.js';
import { labMark, podMark } from '../process/marks.js';
import { holdNamespace, type Namespace } from '../process/namespace.js';
import type { ContainerRuntime } from './container-runtime.js';
import { renderHosts, renderResolvConf, type Nameservers } from './pod-files.js';

/** What a Pod's containers share. */
export interface Sandbox {
  readonly containerId: string;
  /** A process in the Pod's namespaces: the Node's own holder when the Pod is on the host network. */
  readonly pid: number;
  readonly netns: string;
  /** The sandbox's own namespaces; absent for a Pod on the host network. */
  readonly namespace?: Namespace;
  /** Where its logs and files are. */
  readonly dir: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What names a Pod. */
export interface NamedObject {
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** Directory of a Pod, and the record by which `lab exec` finds it. */
export function podDirectory(paths: LabPaths, pod: NamedObject): string {
  return join(paths.pods, `${pod.metadata?.namespace}_${pod.metadata?.name}`);
}

/** What is recorded about a Pod for commands that enter it. */
export interface PodRecord {
  readonly uid: string;
  readonly node: string;
  readonly pid: number;
  readonly containers: readonly string[];
}

/** Makes a Pod's namespaces, with a resolv.conf and a hosts file of its own. */
export async function createSandbox(
  pod: Pod,
  modules: {
    readonly node: Namespace;
    readonly runtime: ContainerRuntime;
    readonly paths: LabPaths;
    readonly nameservers: Nameservers;
  },
): Promise<Sandbox> {
  const { node, runtime, paths, nameservers } = modules;
  const dir = podDirectory(paths, pod);
  const uid = pod.metadata?.uid ?? '';
  const env = { [labMark]: paths.dir, [podMark]: uid, HOSTNAME: pod.spec?.hostname ?? pod.metadata?.name ?? 'pod' };
  await mkdir(dir, { recursive: true });
  const containerId = randomBytes(32).toString('hex');
  let sandbox: Sandbox;
  if (pod.spec?.hostNetwork) {
    sandbox = { containerId, pid: node.pid, netns: node.netns, dir, env };
  } else {
    const resolvConf = join(dir, 'resolv.conf');
    const hosts = join(dir, 'hosts');
    await Promise.all([
      writeFile(resolvConf, renderResolvConf(pod, nameservers)),
      writeFile(hosts, renderHosts(env.HOSTNAME, [])),
    ]);
    const namespace = await holdNamespace({ name: env.HOSTNAME, labDir: paths.dir, resolvConf, hosts, env });
    const netns = await runtime.nameNetwork(namespace).catch((error: unknown) => {
      namespace.release();
      throw error;
    });
    sandbox = { containerId, pid: namespace.pid, netns, namespace, dir, env };
  }
  const record: PodRecord = {
    uid,
    node: node.name,
    pid: sandbox.pid,
    containers: (pod.spec?.containers ?? []).map(({ name }) => name),
  };
  await writeFile(join(dir, 'pod.json'), JSON.stringify(record));
  return sandbox;
}

/** Forgets the Pod. A Pod of the same name that came meanwhile keeps what is its own. */
export async function removePodDirectory(paths: LabPaths, pod: Pod): Promise<void> {
  const dir = podDirectory(paths, pod);
  const record = await readPodRecord(dir);
  if (record?.uid === pod.metadata?.uid) await rm(dir, { recursive: true, force: true });
}

/** Reads what is recorded about a Pod; `undefined` when there is none. */
export async function readPodRecord(dir: string): Promise<PodRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(dir, 'pod.json'), 'utf8')) as PodRecord;
  } catch {
    return undefined;
  }
}
