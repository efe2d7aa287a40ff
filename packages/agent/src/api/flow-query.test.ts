import { describe, expect, it } from 'vitest';
import { parseFlowQuery } from './flow-query.js';

const parse = (query: string) => parseFlowQuery(new URLSearchParams(query));

describe('parseFlowQuery', () => {
  it.each([
    ['', { kind: 'all' }],
    ['pod=web&namespace=default', { kind: 'pod', name: 'web', namespace: 'default' }],
    ['service=dns&namespace=kube-system', { kind: 'service', name: 'dns', namespace: 'kube-system' }],
    ['networkpolicy=p&namespace=x', { kind: 'networkpolicy', name: 'p', namespace: 'x' }],
    ['table=Output,0,IngressMetric,output', { kind: 'tables', tables: [110, 0, 101] }],
    ['table=DNAT(SessionAffinity)', { kind: 'tables', tables: [40] }],
    ['groups=all', { kind: 'groups' }],
    ['groups=1,2,1', { kind: 'groups', ids: [1, 2] }],
  ])('%s', (query, wanted) => {
    expect(parse(query)).toEqual(wanted);
  });

  it.each([
    ['pod=web', 'namespace must be provided, with pod'],
    ['namespace=x', 'unsupported parameter combination: namespace goes with pod, service, networkpolicy'],
    ['pod=web&namespace=x&table=0', 'unsupported parameter combination: pod and table; give one of them'],
    ['table=Outputs', 'table: invalid table name or number "Outputs"; did you mean Output?'],
    ['table=255', 'table: invalid table name or number "255"'],
    ['table=0,', 'table: invalid table name or number ""'],
    ['table=-1', 'table: invalid table name or number'],
    ['groups=any', 'groups: invalid group ID "any"; give numbers with commas, or all'],
    ['groups=4294967295', 'groups: invalid group ID'],
    ['pods=web', 'unknown parameter "pods": did you mean "pod"?'],
  ])('refuses %s', (query, message) => {
    expect(() => parse(query)).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining(message) }),
    );
  });
});
