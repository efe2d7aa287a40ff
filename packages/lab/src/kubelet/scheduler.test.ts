import type { Node, Pod } from 'kubernetes-types/core/v1.js';
import { describe, expect, it } from 'vitest';
import { placePod } from './scheduler.js';

function node(
  name: string,
  change: { labels?: Record<string, string>; spec?: Node['spec']; ready?: boolean } = {},
): Node {
  return {
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...change.labels } },
    ...(change.spec ? { spec: change.spec } : {}),
    status: { conditions: [{ type: 'Ready', status: change.ready === false ? 'False' : 'True' }] },
  };
}

function pod(spec: Partial<Pod['spec']> = {}): Pod {
  return { metadata: { name: 'p', namespace: 'default' }, spec: { containers: [], ...spec } };
}

describe('placePod', () => {
  const two = [node('node-10'), node('node-2')];

  it('takes the Node with the fewest Pods, by number when they are equal', () => {
    expect(placePod(pod(), two, new Map())).toEqual({ kind: 'placed', nodeName: 'node-2' });
    expect(placePod(pod(), two, new Map([['node-2', 1]]))).toEqual({ kind: 'placed', nodeName: 'node-10' });
  });

  it('keeps to the selector', () => {
    const selected = placePod(
      pod({ nodeSelector: { 'kubernetes.io/hostname': 'node-10' } }),
      two,
      new Map([['node-10', 50]]),
    );
    expect(selected).toEqual({ kind: 'placed', nodeName: 'node-10' });
    expect(placePod(pod({ nodeSelector: { disk: 'ssd' } }), two, new Map())).toEqual({
      kind: 'unschedulable',
      why: "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
    });
  });

  const tainted = [node('node-1', { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } })];
  it.each([
    ['nothing', [], false],
    ['the same key and value', [{ key: 'gpu', operator: 'Equal', value: 'yes' }], true],
    ['another value', [{ key: 'gpu', operator: 'Equal', value: 'no' }], false],
    ['the key', [{ key: 'gpu', operator: 'Exists' }], true],
    ['everything', [{ operator: 'Exists' }], true],
    ['another effect', [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }], false],
  ])('a Pod that tolerates %s', (_name, tolerations, placed) => {
    expect(placePod(pod({ tolerations }), tainted, new Map()).kind).toBe(placed ? 'placed' : 'unschedulable');
  });

  it('passes by Nodes that are cordoned or not Ready, and says so', () => {
    const nodes = [node('node-1', { spec: { unschedulable: true } }), node('node-2', { ready: false })];
    expect(placePod(pod(), nodes, new Map())).toMatchObject({
      why: '0/2 nodes are available: 1 node(s) were unschedulable, 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.',
    });
    expect(placePod(pod(), [], new Map())).toMatchObject({ why: '0/0 nodes are available.' });
  });
});
