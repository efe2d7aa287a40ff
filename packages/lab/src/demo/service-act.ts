import { createKubeClient, loadKubeconfig, resources, type KubeClient } from '@antrea-ts/kube';
import { runCommand } from '@antrea-ts/runtime';
import { LabError } from '../errors.js';
import type { LabPaths } from '../paths.js';
import { enterArgs } from '../process/namespace.js';
import { waitFor } from '../process/wait-for.js';
import type { DemoPod } from './demo-pods.js';

const namespace = 'default';
const name = 'shop';
const requests = 20;
const settledMs = 15_000;

/** One step of the act: how often each Pod answered. */
export interface ServiceStep {
  readonly title: string;
  readonly answers: ReadonlyMap<string, number>;
}

export interface ServiceAct {
  readonly clusterIp: string;
  readonly client: DemoPod;
  /** The Pods behind the Service. */
  readonly servers: readonly DemoPod[];
  readonly steps: readonly ServiceStep[];
}

/** A Service in front of two Pods on two Nodes: shared, then kept by affinity, then one of them leaves and comes back. */
export async function playService(paths: LabPaths, pods: readonly DemoPod[]): Promise<ServiceAct> {
  const api = createKubeClient(await loadKubeconfig(paths.kubeconfig, {}));
  const [client, near] = pods;
  const far = pods.find(({ node }) => node !== near?.node);
  if (!client || !near || !far) throw new LabError('component', 'the demo has too few Pods for a Service');
  try {
    for (const pod of [near, far]) await setShop(api, pod, 'open');
    const service = await api.create(resources.services, {
      metadata: { name, namespace },
      spec: { selector: { shop: 'open' }, ports: [{ port: 80 }] },
    });
    const askUntil = async (
      title: string,
      isIt: (answers: ServiceStep['answers']) => boolean,
    ): Promise<ServiceStep> => {
      const answers = await waitFor(
        `the Service to behave: ${title}`,
        async () => {
          const seen = await ask(client);
          return isIt(seen) && seen;
        },
        { timeoutMs: settledMs },
      );
      return { title, answers };
    };
    const shared = await askUntil('its Endpoints share', ({ size }) => size === 2);
    const spec = { sessionAffinity: 'ClientIP' };
    await api.patch(resources.services, { namespace, name }, { type: 'merge', body: { spec } });
    const kept = await askUntil('with sessionAffinity: ClientIP', ({ size }) => size === 1);
    const leaving = kept.answers.has(near.name) ? near : far;
    await setShop(api, leaving, null);
    const left = await askUntil(`${leaving.name} leaves the Service`, (answers) => {
      return answers.size === 1 && !answers.has(leaving.name);
    });
    await setShop(api, leaving, 'open');
    return { clusterIp: service.spec?.clusterIP ?? '', client, servers: [near, far], steps: [shared, kept, left] };
  } finally {
    await api.close();
  }
}

/** A Pod is behind the Service as long as it has this label. */
async function setShop(api: KubeClient, pod: DemoPod, shop: 'open' | null): Promise<void> {
  const body = { metadata: { labels: { shop } } };
  await api.patch(resources.pods, { namespace, name: pod.name }, { type: 'merge', body });
}

/** Asks for the Service by its name, with a new connection each time; only complete answers count. */
async function ask({ pid }: DemoPod): Promise<ReadonlyMap<string, number>> {
  const args = ['-s', '-m', '2', '-H', 'Connection: close', '-w', '\\n', `http://${name}/?[1-${requests}]`];
  const { stdout } = await runCommand('nsenter', enterArgs(pid, 'curl', args), {
    okExitCodes: Array.from({ length: 100 }, (_, code) => code),
  });
  const answers = new Map<string, number>();
  for (const line of stdout.split('\n').filter((text) => text !== '')) answers.set(line, (answers.get(line) ?? 0) + 1);
  const total = [...answers.values()].reduce((sum, count) => sum + count, 0);
  return total === requests ? answers : new Map();
}
