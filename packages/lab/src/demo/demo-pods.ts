import { isKubeError, resources, type KubeClient } from '@antrea-ts/kube';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { podDirectory, readPodRecord } from '../kubelet/sandbox.js';
import type { LabPaths } from '../paths.js';
import { LabError } from '../errors.js';
import { waitFor } from '../process/wait-for.js';

/** A Pod of the demo, running. */
export interface DemoPod {
  readonly name: string;
  readonly node: string;
  readonly ips: readonly string[];
  /** A process in it. */
  readonly pid: number;
}

const namespace = 'default';
const readyMs = 60_000;

/** Answers with its own name: who was really reached is seen. */
const server = `require('node:http').createServer((q, r) => r.end(process.env.POD_NAME)).listen(80, '::')`;

/** Makes two Pods on each Node, each with a web server, and waits until they are Ready. */
export async function createDemoPods(
  client: KubeClient,
  paths: LabPaths,
  nodes: readonly string[],
): Promise<readonly DemoPod[]> {
  const names = ['apple', 'banana', 'cherry', 'date'];
  return Promise.all(
    names.map((name, index) => createPod(client, paths, name, nodes[Math.floor(index / 2) % nodes.length]!)),
  );
}

async function createPod(client: KubeClient, paths: LabPaths, name: string, node: string): Promise<DemoPod> {
  const object: Pod = {
    metadata: { name, namespace, labels: { app: 'demo', name } },
    spec: {
      nodeSelector: { 'kubernetes.io/hostname': node },
      containers: [
        {
          name: 'web',
          image: 'images-are-not-used',
          command: [process.execPath, '-e', server],
          env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          ports: [{ containerPort: 80 }],
          readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 },
        },
      ],
    },
  };
  // The service account of a new Namespace may take a moment.
  await waitFor(`Pod ${name} to be accepted`, () => create(client, object), { timeoutMs: readyMs });
  const pod = await untilReady(client, name);
  const record = await readPodRecord(podDirectory(paths, pod));
  if (!record) throw new LabError('component', `Pod ${name} is Ready, but has no sandbox`);
  return {
    name,
    node: pod.spec?.nodeName ?? '',
    ips: (pod.status?.podIPs ?? []).map(({ ip }) => ip ?? ''),
    pid: record.pid,
  };
}

async function create(client: KubeClient, pod: Pod): Promise<boolean> {
  try {
    await client.create(resources.pods, pod);
    return true;
  } catch (error) {
    if (isKubeError(error, 'forbidden', 'not-found')) return false;
    throw error;
  }
}

async function untilReady(client: KubeClient, name: string): Promise<Pod> {
  let last: Pod | undefined;
  try {
    return await waitFor(
      `Pod ${name} to be Ready`,
      async () => {
        last = await client.get(resources.pods, { namespace, name });
        return last.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') && last;
      },
      { timeoutMs: readyMs, intervalMs: 50 },
    );
  } catch (error) {
    const why = last?.status?.message ?? last?.status?.containerStatuses?.[0]?.state?.waiting?.message;
    throw why === undefined
      ? error
      : new LabError('component', `Pod ${name} did not become Ready: ${why}`, { cause: error });
  }
}
