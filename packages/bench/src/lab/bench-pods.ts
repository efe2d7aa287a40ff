import type { BenchLab } from './bench-lab.js';

/** Makes Pods of the default namespace that only are: a container without a command runs nothing. */
export async function makePods(lab: BenchLab, node: string, names: readonly string[]): Promise<void> {
  const items = names.map((name) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { nodeName: node, containers: [{ name: 'main', image: 'none' }] },
  }));
  await apply(lab, items);
  await lab.run(['kubectl', 'wait', '--for=condition=Ready', '--timeout=150s', 'pod', '--all']);
}

/** Makes or changes objects. By the server: what kubectl keeps in an annotation otherwise has a limit. */
export async function apply(lab: BenchLab, items: readonly object[]): Promise<void> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  await lab.run(['kubectl', 'apply', '--server-side', '-f', '-'], { input });
}
