import { memoryLogger } from '@antrea-ts/runtime';
import { describe, expect, it } from 'vitest';
import { projectNode } from './cluster.js';

type Stored = Parameters<typeof projectNode>[0];

describe('projectNode', () => {
  it('keeps what counts', () => {
    const node = {
      metadata: { name: 'n2', uid: 'u', annotations: { a: 'b' }, labels: { c: 'd' } },
      spec: { podCIDR: '10.10.2.0/24', podCIDRs: ['10.10.2.0/24'], taints: [] },
      status: { addresses: [{ type: 'InternalIP', address: '192.168.1.12' }], images: [] },
    };
    expect(projectNode(node as unknown as Stored)).toEqual({
      metadata: { name: 'n2', annotations: { a: 'b' }, labels: { c: 'd' } },
      spec: { podCIDR: '10.10.2.0/24', podCIDRs: ['10.10.2.0/24'] },
      status: { addresses: [{ type: 'InternalIP', address: '192.168.1.12' }] },
    });
  });

  it.each<[field: string, object]>([
    ['spec', { spec: 'none' }],
    ['status', { status: 7 }],
    ['status.addresses', { status: { addresses: 'InternalIP' } }],
    ['status.addresses', { status: { addresses: [{ type: 'InternalIP', address: 7 }] } }],
    ['status.addresses', { status: { addresses: [null] } }],
    ['spec.podCIDR', { spec: { podCIDR: 10 } }],
    ['spec.podCIDRs', { spec: { podCIDRs: '10.10.2.0/24' } }],
    ['spec.podCIDRs', { spec: { podCIDRs: [{}] } }],
    ['metadata.annotations', { metadata: { name: 'n2', annotations: { a: 1 } } }],
    ['metadata.labels', { metadata: { name: 'n2', labels: ['a'] } }],
  ])('passes over and names %s of a wrong type: %j', (field, node) => {
    const log = memoryLogger();
    const kept = projectNode({ metadata: { name: 'n2' }, ...node } as unknown as Stored, log);
    expect(kept).toEqual({ metadata: { name: 'n2' }, spec: {}, status: {} });
    expect(log.entries.map(({ fields }) => fields)).toEqual([{ node: 'n2', refused: [field] }]);
  });
});
