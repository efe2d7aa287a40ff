import { formatCidr, formatInterfaceAddress } from '@antrea-ts/net-types';
import type { ForeignPodInterface } from '../../pod.js';
import { expectFailure } from './failure.js';
import type { ContractContext, FixtureNetns } from './fixture.js';

const hostName = 'veth-foreign';

/** What of a surveyed interface may be compared. */
function describeForeign({ hostName: host, addresses, hostAddresses, hostRoutes }: ForeignPodInterface) {
  return {
    host,
    addresses: addresses.map(formatInterfaceAddress).toSorted(),
    hostAddresses: hostAddresses.map(formatInterfaceAddress).toSorted(),
    hostRoutes: hostRoutes.map(formatCidr).toSorted(),
  };
}

const asConnected = {
  host: hostName,
  addresses: ['10.10.0.9/24', 'fd00:10::9/64'],
  hostAddresses: ['10.10.0.1/32', 'fd00:10::1/128'],
  hostRoutes: ['10.10.0.9/32', 'fd00:10::9/128'],
};
const asAdopted = { ...asConnected, hostAddresses: [], hostRoutes: [] };

export function foreignPodContract(context: ContractContext): void {
  const { test, signal, runner } = context;
  const { expect } = runner;
  const adoption = ({ path }: FixtureNetns) => ({
    containerId: 'c0ffee',
    netns: path,
    name: 'eth0',
    checksumOffload: false,
  });
  const ref = ({ path }: FixtureNetns) => ({ netns: path, name: 'eth0' });

  runner.describe('Pod interfaces of another program', () => {
    test('survey tells what is there', async ({ host, addNetns, connectForeignPod }) => {
      const netns = await addNetns();
      await connectForeignPod?.(netns, hostName);
      expect(describeForeign(await host.pods.survey(ref(netns), { signal }))).toEqual(asConnected);
      expect(await host.pods.list({ signal })).toEqual([]);
    });

    test('adopt takes addresses and routes from the end of the Node, once', async (fixture) => {
      const { host, addNetns, connectForeignPod } = fixture;
      const netns = await addNetns();
      await connectForeignPod?.(netns, hostName);
      const first = await host.pods.adopt(adoption(netns), { signal });
      expect(first.hostName).toEqual(hostName);
      expect(describeForeign(await host.pods.survey(ref(netns), { signal }))).toEqual(asAdopted);
      expect(await host.pods.adopt(adoption(netns), { signal })).toEqual(first);
      expect(await host.pods.inspect({ ...ref(netns), hostName }, { signal })).toEqual(first);
      expect(await host.pods.list({ signal })).toEqual([]);
      const restarted = await fixture.restart();
      expect(await restarted.pods.adopt(adoption(netns), { signal })).toEqual(first);
    });

    test('detach leaves what was adopted to its maker, with and without namespace', async (fixture) => {
      const { host, addNetns, connectForeignPod } = fixture;
      const netns = await addNetns();
      await connectForeignPod?.(netns, hostName);
      await host.pods.adopt(adoption(netns), { signal });
      await host.pods.detach({ ...ref(netns), hostName }, { signal });
      await host.pods.detach({ name: 'eth0', hostName }, { signal });
      expect(describeForeign(await host.pods.survey(ref(netns), { signal }))).toEqual(asAdopted);
    });

    test('survey and adopt say what is not there', async ({ host, addNetns }) => {
      const netns = await addNetns();
      const gone = { path: '/var/run/netns/no-such-namespace', remove: netns.remove };
      await expectFailure(context, host.pods.survey(ref(netns), { signal }), 'interface-missing', 'eth0');
      await expectFailure(context, host.pods.adopt(adoption(netns), { signal }), 'interface-missing', 'eth0');
      await expectFailure(context, host.pods.survey(ref(gone), { signal }), 'netns-missing', gone.path);
      await expectFailure(context, host.pods.adopt(adoption(gone), { signal }), 'netns-missing', gone.path);
    });
  });
}
