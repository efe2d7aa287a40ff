import type { ContractContext, ContractRunner, HostFixture, OptionalFeature } from './fixture.js';
import { dockerPodContract } from './docker-pods.js';
import { foreignPodContract } from './foreign-pods.js';
import { gatewayContract } from './gateway.js';
import { peerRouteContract } from './peer-routes.js';
import { podContract } from './pods.js';
import { subscriptionContract } from './subscription.js';
import { trafficRuleContract } from './traffic-rules.js';

export interface HostContractOptions {
  /** A new machine with a host on it, for each test. */
  readonly makeFixture: () => Promise<HostFixture>;
  /** What the platform does not have: its part of the contract is left out. */
  readonly lacks?: readonly OptionalFeature[];
  /** Passed to every call. */
  readonly signal: AbortSignal;
}

/**
 * What every host must do, as tests: each operation, its repetition, its absence, its failure, and a restart.
 *
 *     hostContract({ describe, it, expect }, { makeFixture, signal: new AbortController().signal });
 */
export function hostContract(runner: ContractRunner, { makeFixture, lacks = [], signal }: HostContractOptions): void {
  const context: ContractContext = {
    runner,
    signal,
    has: (feature) => !lacks.includes(feature),
    test(name, body) {
      runner.it(name, async () => {
        const fixture = await makeFixture();
        try {
          await body(fixture);
        } finally {
          await fixture.close();
        }
      });
    },
  };
  podContract(context);
  dockerPodContract(context);
  if (context.has('foreignPods')) foreignPodContract(context);
  peerRouteContract(context);
  trafficRuleContract(context);
  gatewayContract(context);
  subscriptionContract(context);
}
