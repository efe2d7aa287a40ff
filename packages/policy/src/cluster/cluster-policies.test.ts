import { createHash } from 'node:crypto';
import type { LabelSelector } from '@antrea-ts/apis';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computedBy, acnp, k8s, labels, namespace, pod, Replica, type Event } from '../testing/cluster.js';
import { ClusterPolicies } from './cluster-policies.js';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const computed = (...events: Event[]) => computedBy(sha1, events);

const apps = fc.constantFrom('a', 'b', 'c');
const namespaceNames = fc.constantFrom('n1', 'n2');
const selectors: fc.Arbitrary<LabelSelector> = fc.oneof(
  fc.constant({}),
  apps.map(labels),
  fc.subarray(['a', 'b', 'c'], { minLength: 1 }).map((values) => ({
    matchExpressions: [{ key: 'app', operator: 'In' as const, values }],
  })),
  apps.map((app) => ({ matchExpressions: [{ key: 'app', operator: 'NotIn' as const, values: [app] }] })),
  fc.constant({ matchExpressions: [{ key: 'app', operator: 'Exists' as const }] }),
);
const peers = fc.oneof(
  fc.record({ podSelector: selectors }),
  fc.record({ namespaceSelector: selectors }),
  fc.record({ podSelector: selectors, namespaceSelector: selectors }),
);
const groupNames = fc.constantFrom('g1', 'g2', 'g3');
const antreaRules = fc.array(
  fc.record({
    action: fc.constantFrom('Allow' as const, 'Drop' as const),
    from: fc.array(
      fc.oneof(
        peers,
        groupNames.map((group) => ({ group })),
        fc.constant({ namespaces: { match: 'Self' } }),
      ),
      { maxLength: 2 },
    ),
  }),
  { maxLength: 2 },
);

const some = <T>(object: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(object, { nil: undefined, freq: 4 });
const events: fc.Arbitrary<Event> = fc.oneof(
  fc.tuple(namespaceNames, some(apps)).map(([name, app]) => namespaceEvent(name, app)),
  fc
    .tuple(
      namespaceNames,
      fc.constantFrom('p1', 'p2', 'p3'),
      some(fc.tuple(apps, fc.constantFrom('x', 'y'), fc.nat(3))),
    )
    .map(([ns, name, state]): Event => {
      if (!state) return { kind: 'pod', key: `${ns}/${name}` };
      const [app, node, ip] = state;
      return pod(`${ns}/${name}`, { app }, { node, ip: ip === 0 ? '' : `10.0.0.${ip}` });
    }),
  fc
    .tuple(namespaceNames, fc.constantFrom('k1', 'k2'), some(fc.tuple(selectors, fc.array(peers, { maxLength: 2 }))))
    .map(([ns, name, state]): Event => {
      const key = `${ns}/${name}`;
      if (!state) return { kind: 'k8sNetworkPolicy', key };
      const event = k8s(key, { podSelector: state[0], ingress: [{ from: state[1] }] });
      return { ...event, object: { ...event.object, metadata: { ...event.object!.metadata, uid: key } } } as Event;
    }),
  fc
    .tuple(
      fc.constantFrom('c1', 'c2'),
      some(
        fc.tuple(
          fc.oneof(
            peers,
            groupNames.map((group) => ({ group })),
          ),
          antreaRules,
          fc.constantFrom('', 't1'),
        ),
      ),
    )
    .map(([name, state]): Event => {
      if (!state) return { kind: 'clusterNetworkPolicy', key: name };
      return acnp(name, { appliedTo: [state[0]], ingress: state[1], tier: state[2] });
    }),
  fc
    .tuple(
      groupNames,
      some(
        fc.oneof(
          fc.record({ podSelector: selectors }),
          fc.record({ childGroups: fc.subarray(['g2', 'g3']) }),
          fc.constant({ ipBlocks: [{ cidr: '10.9.0.0/16' }] }),
          fc.constant({ serviceReference: { namespace: 'n1', name: 's' } }),
        ),
      ),
    )
    .map(([name, spec]): Event => ({
      kind: 'clusterGroup',
      key: name,
      ...(spec ? { object: { metadata: { name, uid: `uid-${name}` }, spec } } : {}),
    })),
  some(apps).map((app): Event => ({
    kind: 'service',
    key: 'n1/s',
    ...(app === undefined ? {} : { object: { metadata: { name: 's', namespace: 'n1' }, spec: { selector: { app } } } }),
  })),
  some(fc.constantFrom(10, 20)).map((priority): Event => ({
    kind: 'tier',
    key: 't1',
    ...(priority === undefined ? {} : { object: { metadata: { name: 't1' }, spec: { priority } } }),
  })),
);

function namespaceEvent(name: string, app: string | undefined): Event {
  return app === undefined ? { kind: 'namespace', key: name } : namespace(name, { app });
}

describe('whatever the way', () => {
  it('the state is that of the objects, and the changes that were told add up to it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(events, fc.boolean()), { maxLength: 40, size: 'max' }),
        fc.infiniteStream(fc.nat()),
        (steps, order) => {
          const walked = new ClusterPolicies({ sha1 });
          const replica = new Replica();
          const last = new Map<string, Event>();
          for (const [event, isTold] of steps) {
            walked.set(event.kind, event.key, event.object);
            last.set(`${event.kind}/${event.key}`, event);
            if (isTold) replica.take(walked.takeChanges());
          }
          replica.take(walked.takeChanges());

          const shuffled = [...last.values()]
            .filter(({ object }) => object !== undefined)
            .map((event) => [order.next().value as number, event] as const)
            .sort(([a], [b]) => a - b)
            .map(([, event]) => event);
          const { replica: direct, policies } = computed(...shuffled);
          expect(replica.state()).toEqual(direct.state());
          expect(walked.counts()).toEqual(policies.counts());
        },
      ),
      { numRuns: 250 },
    );
  });
});
