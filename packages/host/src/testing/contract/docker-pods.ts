import { parseCidr, parseInterfaceAddress, parseIp } from '@antrea-ts/net-types';
import type { PodInterfaceSpec } from '../../pod.js';
import { expectFailure } from './failure.js';
import type { ContractContext } from './fixture.js';

/** The Pod's first container, and one that shares its network. */
const infra: PodInterfaceSpec = {
  containerId: 'c0ffee',
  netns: 'none',
  name: 'eth0',
  hostName: 'web-1-c0ffee',
  mtu: 1450,
  addresses: [parseInterfaceAddress('10.10.0.5/24')],
  routes: [{ destination: parseCidr('0.0.0.0/0'), gateway: parseIp('10.10.0.1') }],
  checksumOffload: false,
};
const member: PodInterfaceSpec = {
  ...infra,
  containerId: 'beef',
  netns: 'container:c0ffee',
  addresses: [],
  routes: [],
};

/** Pods of a runtime that has containers for network namespaces. */
export function dockerPodContract(context: ContractContext): void {
  const { test, signal, runner } = context;
  const { expect } = runner;

  runner.describe('pods of Docker', () => {
    test('the first container gets an interface, once; a restart finds it', async (fixture) => {
      const { host, runContainer } = fixture;
      if (!runContainer) return;
      await runContainer(infra.containerId);
      const state = await host.pods.attach(infra, { signal });
      expect(await host.pods.inspect(infra, { signal })).toEqual(state);
      expect(await host.pods.attach(infra, { signal })).toEqual(state);
      const restarted = await fixture.restart();
      expect(await restarted.pods.attach(infra, { signal })).toEqual(state);
      expect(await restarted.pods.list({ signal })).toEqual([infra.hostName]);
    });

    test('others get the same one, and its addresses for an answer', async ({ host, runContainer }) => {
      if (!runContainer) return;
      await runContainer(infra.containerId);
      await runContainer(member.containerId);
      const state = await host.pods.attach(infra, { signal });
      expect(await host.pods.attach(member, { signal })).toEqual(state);
      expect(await host.pods.attach(member, { signal })).toEqual(state);
      expect(await host.pods.inspect(member, { signal })).toEqual(state);
      expect(await host.pods.list({ signal })).toEqual([infra.hostName]);
    });

    test('one that is isolated otherwise, or has ended, gets the answer alone', async ({ host, runContainer }) => {
      if (!runContainer) return;
      await runContainer(infra.containerId);
      const state = await host.pods.attach(infra, { signal });
      expect(await host.pods.attach(member, { signal })).toEqual(state);
    });

    test('one with nothing to share is told so, and nothing is made', async ({ host, runContainer }) => {
      if (!runContainer) return;
      await runContainer(member.containerId);
      const attached = host.pods.attach(member, { signal });
      await expectFailure(
        context,
        attached,
        'interface-missing',
        member.containerId,
        infra.containerId,
        infra.hostName,
      );
      expect(await host.pods.list({ signal })).toEqual([]);
    });

    test('a first container that is not there says so and leaves nothing', async ({ host, runContainer }) => {
      if (!runContainer) return;
      await expectFailure(context, host.pods.attach(infra, { signal }), 'netns-missing', infra.containerId);
      expect(await host.pods.list({ signal })).toEqual([]);
    });

    test('one that has ended: inspect finds nothing, detach removes what was made', async ({ host, runContainer }) => {
      if (!runContainer) return;
      const { remove } = await runContainer(infra.containerId);
      await host.pods.attach(infra, { signal });
      await remove();
      expect(await host.pods.inspect(infra, { signal })).toEqual(undefined);
      expect(await host.pods.list({ signal })).toEqual([infra.hostName]);
      await host.pods.detach(infra, { signal });
      expect(await host.pods.list({ signal })).toEqual([]);
    });
  });
}
