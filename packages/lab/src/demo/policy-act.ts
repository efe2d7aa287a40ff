import { createKubeClient, loadKubeconfig, resources } from '@antrea-ts/kube';
import type { NetworkPolicySpec } from 'kubernetes-types/networking/v1.js';
import type { LabPaths } from '../paths.js';
import { waitFor } from '../process/wait-for.js';
import type { DemoPod } from './demo-pods.js';
import { tryAll, type MeasuredRow, type Place, type Target } from './measure.js';

const namespace = 'default';
const enforcedMs = 15_000;

/** One step of the act: a policy, and who reaches whom under it. */
export interface PolicyStep {
  readonly title: string;
  readonly rows: readonly MeasuredRow[];
  readonly targets: readonly Target[];
}

/** Closes the Pods to everybody, then opens them to one of them; tells each step when it shows. */
export async function playPolicies(
  paths: LabPaths,
  pods: readonly DemoPod[],
  onStep: (step: PolicyStep) => void,
): Promise<void> {
  const client = createKubeClient(await loadKubeconfig(paths.kubeconfig, {}));
  const places: Place[] = pods.map(({ name, node, pid }) => ({ name, detail: `Pod on ${node}`, pid }));
  const targets: Target[] = pods.map(({ name, ips }) => ({ name, address: ips[0] ?? '' }));
  const [guest] = pods;
  const show = async (title: string, isLetIn: (from: string) => boolean): Promise<void> => {
    let rows: readonly MeasuredRow[] = [];
    await waitFor(
      `policies to be enforced: ${title}`,
      async () => {
        rows = await tryAll(places, targets);
        // A Pod always reaches itself: its packets never leave it.
        return rows.every(({ place, cells }) =>
          cells.every(({ reached }, index) => {
            const isAllowed = targets[index]?.name === place.name || isLetIn(place.name);
            return reached === (isAllowed ? 'wholly' : 'not');
          }),
        );
      },
      { timeoutMs: enforcedMs },
    );
    onStep({ title, rows, targets });
  };
  const apply = async (name: string, spec: NetworkPolicySpec): Promise<void> => {
    await client.create(resources.networkPolicies, { metadata: { name, namespace }, spec });
  };
  try {
    await apply('deny-all', { podSelector: {}, policyTypes: ['Ingress'] });
    await show('with a NetworkPolicy that lets nobody in', () => false);
    const from = [{ podSelector: { matchLabels: { name: guest?.name ?? '' } } }];
    await apply('allow-one', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from }] });
    await show(`and with one that lets ${guest?.name} in`, (name) => name === guest?.name);
  } finally {
    await client.close();
  }
}
