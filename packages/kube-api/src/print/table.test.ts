import { describe, expect, it } from 'vitest';
import { newObject, type ApiObject } from '../object.js';
import { builtInResources } from '../resources/built-in.js';
import { humanDuration } from './age.js';
import { evaluateJsonPath } from './json-path.js';
import { tableOf } from './table.js';

function cells(kind: string, object: Partial<ApiObject>): Record<string, unknown> {
  const resource = builtInResources.find((candidate) => candidate.kind === kind);
  if (!resource) throw new Error(`no resource of kind ${kind}`);
  const full = { ...newObject('v1', kind, 'x', 'default'), ...object } as ApiObject;
  const table = tableOf(resource, [full], { version: 'v1', include: 'None', resourceVersion: '1' }) as {
    columnDefinitions: { name: string }[];
    rows: { cells: unknown[] }[];
  };
  return Object.fromEntries(table.columnDefinitions.map(({ name }, index) => [name, table.rows[0]?.cells[index]]));
}

describe('tables', () => {
  const main = { name: 'main', image: 'i' };
  it.each<[string, string, Partial<ApiObject>, Record<string, unknown>]>([
    [
      'a running Pod',
      'Pod',
      {
        spec: { containers: [main, { ...main, name: 'b' }], nodeName: 'n' },
        status: {
          phase: 'Running',
          podIP: '10.0.0.1',
          containerStatuses: [{ ready: true, restartCount: 2 }, { ready: false }],
        },
      },
      { Ready: '1/2', Status: 'Running', Restarts: '2', IP: '10.0.0.1', Node: 'n' },
    ],
    [
      'a Pod that crashes',
      'Pod',
      {
        spec: { containers: [main] },
        status: { phase: 'Running', containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] },
      },
      { Ready: '0/1', Status: 'CrashLoopBackOff' },
    ],
    [
      'a Pod that ended',
      'Pod',
      {
        spec: { containers: [main] },
        status: { phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 3 } } }] },
      },
      { Status: 'ExitCode:3' },
    ],
    [
      'a Node',
      'Node',
      {
        spec: { unschedulable: true },
        status: {
          conditions: [{ type: 'Ready', status: 'True' }],
          addresses: [{ type: 'InternalIP', address: '192.0.2.1' }],
          nodeInfo: { kubeletVersion: 'v1', kernelVersion: '6' },
        },
      },
      {
        Status: 'Ready,SchedulingDisabled',
        Roles: '<none>',
        Version: 'v1',
        'Internal-IP': '192.0.2.1',
        'Kernel-Version': '6',
      },
    ],
    [
      'a Service with a port outside',
      'Service',
      {
        spec: {
          type: 'LoadBalancer',
          clusterIP: '10.96.0.9',
          ports: [{ port: 80, nodePort: 30080, protocol: 'TCP' }],
          selector: { a: 'b' },
        },
      },
      { Type: 'LoadBalancer', 'External-IP': '<pending>', 'Port(s)': '80:30080/TCP', Selector: 'a=b' },
    ],
    [
      'a selector with expressions',
      'NetworkPolicy',
      {
        spec: {
          podSelector: {
            matchLabels: { a: 'b' },
            matchExpressions: [
              { key: 'c', operator: 'NotIn', values: ['d', 'e'] },
              { key: 'f', operator: 'DoesNotExist' },
              { key: 'g', operator: 'Exists' },
            ],
          },
        },
      },
      { 'Pod-Selector': 'a=b,c notin (d,e),!f,g' },
    ],
    [
      'Endpoints',
      'Endpoints',
      { subsets: [{ addresses: [{ ip: '1.1.1.1' }, { ip: '2.2.2.2' }], ports: [{ port: 80 }, { port: 81 }] }] },
      { Endpoints: '1.1.1.1:80,1.1.1.1:81,2.2.2.2:80 + 1 more...' },
    ],
    ['a Lease', 'Lease', { spec: { holderIdentity: 'me' } }, { Holder: 'me' }],
    [
      'a binding',
      'ClusterRoleBinding',
      { roleRef: { kind: 'ClusterRole', name: 'view' } },
      { Role: 'ClusterRole/view' },
    ],
  ])('show %s', (_what, kind, object, expected) => {
    expect(cells(kind, object)).toMatchObject(expected);
  });
});

describe('humanDuration', () => {
  it.each([
    [-5, '0s'],
    [119, '119s'],
    [121, '2m1s'],
    [600, '10m'],
    [179 * 60, '179m'],
    [180 * 60, '3h'],
    [7.5 * 3600, '7h30m'],
    [47 * 3600, '47h'],
    [3 * 86_400 + 7200, '3d2h'],
    [100 * 86_400, '100d'],
    [800 * 86_400, '2y70d'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(humanDuration(seconds * 1000)).toBe(text);
  });
});

describe('evaluateJsonPath', () => {
  const object = {
    a: {
      'b.c': 1,
      list: [
        { t: 'x', v: 1 },
        { t: 'y', v: 2 },
      ],
    },
  };
  it.each([
    ['.a.list[0].v', [1]],
    ['.a.list[*].v', [1, 2]],
    ['.a.list[?(@.t=="y")].v', [2]],
    [String.raw`.a.b\.c`, [1]],
    [".a['b.c']", [1]],
    ['.none.at.all', []],
    ['what is this', []],
  ])('%s', (path, expected) => {
    expect(evaluateJsonPath(object, path)).toEqual(expected);
  });
});
