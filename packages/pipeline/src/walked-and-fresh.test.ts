import { createHash } from 'node:crypto';
import { formatFlow } from '@antrea-ts/openflow';
import { formatIp } from '@antrea-ts/net-types';
import type { CompletedRule } from '@antrea-ts/policy';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as arbitrary from './testing/cluster-events.js';
import { SoftwareCluster, type Hashes } from './testing/software-cluster.js';

const hashes: Hashes = {
  ofName: (bytes) => createHash('sha1').update(bytes).digest('hex'),
  ofRule: (text) => createHash('sha1').update(text).digest('hex').slice(0, 16),
};

/** What a cluster computes, at each of its stages, without what nobody depends on: orders of lists. */
function stateOf({ policies, nodes }: SoftwareCluster): object {
  return {
    policies: [...policies.policies()]
      .map(({ name, span, wire }) => JSON.stringify({ name, span: [...span].sort(), wire }))
      .sort(),
    counts: policies.counts(),
    nodes: nodes.map(({ name, rules, flows }) => ({
      name,
      rules: rules.rules().map(shownRule).sort(),
      groups: rules.counts(),
      flows: [...flows.flows().values()].map((flow) => formatFlow(flow)).sort(),
    })),
  };
}

function shownRule({ targets, peers, ...text }: CompletedRule): string {
  const keys = (members: CompletedRule['targets']): string[] =>
    members.map(({ key, addresses }) => `${key} ${addresses.map(formatIp).join()}`).sort();
  const blocks = peers.ipBlocks.map(({ cidr, except }) =>
    [cidr, ...except].map(({ address, prefixLength }) => `${formatIp(address)}/${prefixLength}`),
  );
  return JSON.stringify({ ...text, targets: keys(targets), members: keys(peers.members), blocks, fqdns: peers.fqdns });
}

const isLong = process.env['TEST_LONG'] !== undefined;
/** The same cases each time, so that a failure is of what changed; others each time in the long form. */
const cases = isLong ? { numRuns: 3000 } : { numRuns: 100, seed: 1 };

it(
  'what was computed step by step is what is computed from the objects that are left',
  () => {
    const batches = fc.array(fc.array(arbitrary.event, { minLength: 1, maxLength: 6 }), {
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(arbitrary.policies, batches, fc.infiniteStream(fc.nat()), (policies, changes, order) => {
        const walked = new SoftwareCluster(hashes);
        for (const events of [[...arbitrary.groundwork, ...policies], ...changes]) walked.apply(events);

        const shuffled = walked.objects
          .map((event) => [order.next().value as number, event] as const)
          .sort(([a], [b]) => a - b)
          .map(([, event]) => event);
        // Ids and priorities are found on the switch, as after a restart: which there are depends on history.
        const fresh = new SoftwareCluster(hashes, walked);
        fresh.apply(shuffled);
        expect(stateOf(fresh)).toEqual(stateOf(walked));
      }),
      cases,
    );
  },
  isLong ? 3_600_000 : 120_000,
);
