import type { Namespace } from '@antrea-ts/apis';
import type { PatchStep } from './mutate-policy.js';

/** By it policies select a Namespace by its name, also where Kubernetes is older than `kubernetes.io/metadata.name`. */
const nameLabel = 'antrea.io/metadata.name';

/** Labels a Namespace with its name (Antrea 1.3, 2.14); only where `labelsmutator.antrea.io` is installed. */
export function mutateNamespace({ metadata: { name, labels } }: Namespace): PatchStep[] {
  if (labels?.[nameLabel] === name) return [];
  return [{ op: 'add', path: '/metadata/labels', value: { ...labels, [nameLabel]: name } }];
}
