import type { ControlplaneGroup, ControlplaneNetworkPolicy, PolicyType } from '@antrea-ts/apis';
import { describe, expect, it } from 'vitest';
import { selectPolicies, type PolicySelection } from './select-policies.js';
import { sortPolicies } from './sort-policies.js';

function policy(
  name: string,
  type: PolicyType,
  namespace: string | undefined,
  rest: Partial<ControlplaneNetworkPolicy> = {},
): ControlplaneNetworkPolicy {
  const sourceRef = { type, name, uid: name, ...(namespace === undefined ? {} : { namespace }) };
  return { metadata: { name }, sourceRef, ...rest };
}

const knp = policy('knp', 'K8sNetworkPolicy', 'default', { appliedToGroups: ['both'] });
const anp = policy('anp', 'AntreaNetworkPolicy', 'default', { tierPriority: 50, priority: 5 });
const acnp = policy('acnp', 'AntreaClusterNetworkPolicy', undefined, {
  tierPriority: 250,
  priority: 2.5,
  rules: [{ direction: 'In', enableLogging: false, appliedToGroups: ['web'] }],
});
const other = policy('other', 'K8sNetworkPolicy', 'other');
const all = [knp, anp, acnp, other];

const pod = (name: string, namespace: string): object => ({ pod: { name, namespace } });
const groups: readonly ControlplaneGroup[] = [
  { metadata: { name: 'both' }, groupMembers: [pod('web', 'default'), pod('db', 'default')] },
  { metadata: { name: 'web' }, groupMembers: [pod('web', 'default'), pod('db', 'other')] },
  { metadata: { name: 'none' } },
];

describe('selectPolicies', () => {
  const cases: [PolicySelection, string[]][] = [
    [{}, ['knp', 'anp', 'acnp', 'other']],
    [{ namespace: 'default' }, ['knp', 'anp']],
    [{ namespace: 'default', type: 'K8sNetworkPolicy' }, ['knp']],
    [{ source: 'acnp' }, ['acnp']],
    [{ source: 'acnp', type: 'AntreaNetworkPolicy' }, []],
    [{ pod: 'web', namespace: 'default' }, ['knp', 'acnp']],
    [{ pod: 'db', namespace: 'default' }, ['knp']],
    [{ pod: 'db', namespace: 'other' }, ['acnp']],
    [{ pod: 'web', namespace: 'default', type: 'AntreaClusterNetworkPolicy' }, ['acnp']],
    [{ pod: 'absent', namespace: 'default' }, []],
  ];
  it.each(cases)('%j', (selection, names) => {
    expect(selectPolicies(all, selection, groups).map(({ metadata }) => metadata.name)).toEqual(names);
  });
});

describe('sortPolicies', () => {
  const baseline = policy('baseline', 'AntreaClusterNetworkPolicy', undefined, { tierPriority: 253, priority: 1 });
  const first = policy('z-first', 'AntreaClusterNetworkPolicy', undefined, { tierPriority: 50, priority: 4.9 });
  const names = (order?: string): string[] =>
    sortPolicies([baseline, other, knp, acnp, anp, first], order).map(({ metadata }) => metadata.name);

  it('is by name', () => {
    expect(names()).toEqual(['acnp', 'anp', 'baseline', 'knp', 'other', 'z-first']);
  });

  it('is in the order in which policies decide: those of Kubernetes before the baseline', () => {
    expect(names('effectivePriority')).toEqual(['z-first', 'anp', 'acnp', 'knp', 'other', 'baseline']);
  });
});
