import { parseCidr, parseIp } from '@antrea-ts/net-types';
import type { TrafficRules } from '../../host.js';
import type { ContractContext } from './fixture.js';

function rulesFor(gatewayName: string, change: Partial<TrafficRules> = {}): TrafficRules {
  return {
    families: ['ipv4', 'ipv6'],
    gatewayName,
    localPodCidrs: [parseCidr('10.10.0.0/24'), parseCidr('fd00:10::/64')],
    clusterPodCidrs: [
      parseCidr('10.10.0.0/24'),
      parseCidr('10.10.1.0/24'),
      parseCidr('fd00:10::/64'),
      parseCidr('fd00:10:1::/64'),
    ],
    masquerade: true,
    untrackedUdpPort: 6081,
    egress: [],
    restoreEksMark: false,
    ...change,
  };
}

const marks: Partial<TrafficRules> = {
  egress: [
    { mark: 1, address: parseIp('192.0.2.7') },
    { mark: 2, address: parseIp('2001:db8::7') },
  ],
  restoreEksMark: true,
};

export function trafficRuleContract({ test, signal, runner, has }: ContractContext): void {
  const { expect } = runner;

  runner.describe('traffic rules', () => {
    test('made once, then nothing is changed any more', async ({ host, gatewayName }) => {
      const desired = rulesFor(gatewayName);
      expect((await host.trafficRules.ensure(desired, { signal })).length > 0).toEqual(true);
      expect(await host.trafficRules.ensure(desired, { signal })).toEqual([]);
    });

    test('a restarted host finds them and changes nothing', async (fixture) => {
      const desired = rulesFor(fixture.gatewayName, {
        ...(has('trafficMarks') ? marks : {}),
      });
      await fixture.host.trafficRules.ensure(desired, { signal });
      const restarted = await fixture.restart();
      expect(await restarted.trafficRules.ensure(desired, { signal })).toEqual([]);
    });

    test('the order of sets does not matter', async ({ host, gatewayName }) => {
      const desired = rulesFor(gatewayName);
      await host.trafficRules.ensure(desired, { signal });
      const reversed = { ...desired, clusterPodCidrs: desired.clusterPodCidrs.toReversed() };
      expect(await host.trafficRules.ensure(reversed, { signal })).toEqual([]);
    });

    test('damage is repaired and reported', async (fixture) => {
      const desired = rulesFor(fixture.gatewayName);
      await fixture.host.trafficRules.ensure(desired, { signal });
      await fixture.damageTrafficRules();
      const changes = await fixture.host.trafficRules.ensure(desired, { signal });
      expect(changes.length > 0).toEqual(true);
      expect(await fixture.host.trafficRules.ensure(desired, { signal })).toEqual([]);
    });

    test('other wishes replace the former ones', async ({ host, gatewayName }) => {
      await host.trafficRules.ensure(rulesFor(gatewayName), { signal });
      const { untrackedUdpPort: _, ...changed } = rulesFor(gatewayName, {
        masquerade: false,
        clusterPodCidrs: [parseCidr('10.10.9.0/24')],
        ...(has('trafficMarks') ? { egress: [{ mark: 3, address: parseIp('192.0.2.8') }] } : {}),
      });
      expect((await host.trafficRules.ensure(changed, { signal })).length > 0).toEqual(true);
      expect(await host.trafficRules.ensure(changed, { signal })).toEqual([]);
    });

    test('removal, also of what is absent; afterwards they can be made again', async ({ host, gatewayName }) => {
      const desired = rulesFor(gatewayName);
      await host.trafficRules.remove({ signal });
      await host.trafficRules.ensure(desired, { signal });
      await host.trafficRules.remove({ signal });
      await host.trafficRules.remove({ signal });
      expect((await host.trafficRules.ensure(desired, { signal })).length > 0).toEqual(true);
    });
  });
}
