import { describe, expect, it } from 'vitest';
import type { Json } from '../object.js';
import { builtInResources } from '../resources/built-in.js';
import { schemaOf } from '../schema/resource-schema.js';
import { jsonPatch } from './json-patch.js';
import { mergePatch } from './merge-patch.js';
import { strategicPatch } from './strategic-patch.js';

describe('mergePatch', () => {
  // The table of RFC 7386, appendix A.
  it.each<[Json, Json, Json]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, expected) => {
    expect(mergePatch(target, patch)).toEqual(expected);
  });
});

describe('jsonPatch', () => {
  it('changes a copy', () => {
    const target = { a: [1, 2] };
    expect(
      jsonPatch(target, [
        { op: 'add', path: '/a/-', value: 3 },
        { op: 'remove', path: '/a/0' },
      ]),
    ).toEqual({ a: [2, 3] });
    expect(target).toEqual({ a: [1, 2] });
  });
  it.each<[string, Json]>([
    ['a test that fails', [{ op: 'test', path: '/a', value: 9 }]],
    ['a path that is not there', [{ op: 'remove', path: '/b' }]],
    ['an operation that is none', [{ op: 'shake', path: '/a' }]],
    ['no list', { op: 'add' }],
  ])('refuses %s', (_what, patch) => {
    expect(() => jsonPatch({ a: 1 }, patch)).toThrow();
  });
});

const nodeOf = (kind: string) => {
  const resource = builtInResources.find((candidate) => candidate.kind === kind);
  return resource && schemaOf(resource);
};

describe('strategicPatch', () => {
  const cases: [string, string, Json, Json, Json][] = [
    [
      'containers meet by name',
      'Pod',
      {
        spec: {
          containers: [
            { name: 'a', image: '1' },
            { name: 'b', image: '1' },
          ],
        },
      },
      {
        spec: {
          containers: [
            { name: 'b', image: '2' },
            { name: 'c', image: '2' },
          ],
        },
      },
      {
        spec: {
          containers: [
            { name: 'a', image: '1' },
            { name: 'b', image: '2' },
            { name: 'c', image: '2' },
          ],
        },
      },
    ],
    [
      'an item is deleted',
      'Pod',
      { spec: { containers: [{ name: 'a' }, { name: 'b' }] } },
      { spec: { containers: [{ $patch: 'delete', name: 'a' }] } },
      { spec: { containers: [{ name: 'b' }] } },
    ],
    [
      'a list is replaced on request',
      'Pod',
      { spec: { containers: [{ name: 'a' }, { name: 'b' }] } },
      { spec: { containers: [{ $patch: 'replace' }, { name: 'c' }] } },
      { spec: { containers: [{ name: 'c' }] } },
    ],
    [
      'order is as given',
      'Pod',
      { spec: { containers: [{ name: 'a' }, { name: 'b' }] } },
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }],
          containers: [{ name: 'a', image: 'x' }],
        },
      },
      { spec: { containers: [{ name: 'b' }, { name: 'a', image: 'x' }] } },
    ],
    [
      'variables within containers',
      'Pod',
      {
        spec: {
          containers: [
            {
              name: 'a',
              env: [
                { name: 'X', value: '1' },
                { name: 'Y', value: '1' },
              ],
            },
          ],
        },
      },
      { spec: { containers: [{ name: 'a', env: [{ name: 'Y', value: '2' }] }] } },
      {
        spec: {
          containers: [
            {
              name: 'a',
              env: [
                { name: 'X', value: '1' },
                { name: 'Y', value: '2' },
              ],
            },
          ],
        },
      },
    ],
    [
      'a volume keeps one source only',
      'Pod',
      { spec: { volumes: [{ name: 'v', emptyDir: {} }] } },
      { spec: { volumes: [{ $retainKeys: ['name', 'hostPath'], name: 'v', hostPath: { path: '/' } }] } },
      { spec: { volumes: [{ name: 'v', hostPath: { path: '/' } }] } },
    ],
    [
      'tolerations are replaced',
      'Pod',
      { spec: { tolerations: [{ key: 'a' }] } },
      { spec: { tolerations: [{ key: 'b' }] } },
      { spec: { tolerations: [{ key: 'b' }] } },
    ],
    [
      'taints are replaced',
      'Node',
      { spec: { taints: [{ key: 'a', effect: 'x' }] } },
      { spec: { taints: [{ key: 'b', effect: 'x' }] } },
      { spec: { taints: [{ key: 'b', effect: 'x' }] } },
    ],
    [
      'addresses of a Node meet by type',
      'Node',
      {
        status: {
          addresses: [
            { type: 'InternalIP', address: '1' },
            { type: 'Hostname', address: 'n' },
          ],
        },
      },
      { status: { addresses: [{ type: 'InternalIP', address: '2' }] } },
      {
        status: {
          addresses: [
            { type: 'InternalIP', address: '2' },
            { type: 'Hostname', address: 'n' },
          ],
        },
      },
    ],
    [
      'finalizers are a set, and leave it',
      'Pod',
      { metadata: { finalizers: ['a/x', 'b/x'] } },
      { metadata: { finalizers: ['c/x', 'a/x'], '$deleteFromPrimitiveList/finalizers': ['b/x'] } },
      { metadata: { finalizers: ['a/x', 'c/x'] } },
    ],
    [
      'null removes',
      'Pod',
      { metadata: { labels: { a: '1', b: '2' } } },
      { metadata: { labels: { a: null } } },
      { metadata: { labels: { b: '2' } } },
    ],
    [
      'a map is replaced on request',
      'Pod',
      { metadata: { labels: { a: '1' } } },
      { metadata: { labels: { $patch: 'replace', b: '2' } } },
      { metadata: { labels: { b: '2' } } },
    ],
    [
      'addresses of a slice are replaced',
      'EndpointSlice',
      { endpoints: [{ addresses: ['1'] }] },
      { endpoints: [{ addresses: ['2'] }] },
      { endpoints: [{ addresses: ['2'] }] },
    ],
  ];
  it.each(cases)('%s', (_what, kind, target, patch, expected) => {
    expect(strategicPatch(nodeOf(kind), target, patch)).toEqual(expected);
  });

  it('refuses an item without its key', () => {
    expect(() => strategicPatch(nodeOf('Pod'), { spec: {} }, { spec: { containers: [{ image: 'x' }] } })).toThrow(
      'does not contain declared merge key: name',
    );
  });
});
