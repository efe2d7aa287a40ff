import {
  formatCidr,
  formatInterfaceAddress,
  formatIp,
  parseCidr,
  parseInterfaceAddress,
  parseIp,
} from '@antrea-ts/net-types';
import type { PodInterfaceSpec, PodInterfaceState } from '../../pod.js';
import { expectFailure } from './failure.js';
import type { ContractContext } from './fixture.js';

function podSpecOf({ has }: ContractContext, netns: string, change: Partial<PodInterfaceSpec> = {}): PodInterfaceSpec {
  const ofPlatform = (family: string): boolean => family === 'ipv4' || has('ipv6');
  const spec = {
    containerId: 'c0ffee',
    netns,
    name: 'eth0',
    hostName: 'web-1-c0ffee',
    mtu: 1450,
    addresses: [parseInterfaceAddress('10.10.0.5/24'), parseInterfaceAddress('fd00:10::5/64')],
    routes: [
      { destination: parseCidr('0.0.0.0/0'), gateway: parseIp('10.10.0.1') },
      { destination: parseCidr('::/0'), gateway: parseIp('fd00:10::1') },
    ],
    checksumOffload: false,
  };
  return {
    ...spec,
    addresses: spec.addresses.filter(({ address }) => ofPlatform(address.family)),
    routes: spec.routes.filter(({ gateway }) => ofPlatform(gateway.family)),
    ...change,
  };
}

/** A state as text, in an order of its own: what may be compared. */
function describeState(state: PodInterfaceState | undefined) {
  if (state === undefined) return undefined;
  return {
    name: state.name,
    hostName: state.hostName,
    mtu: state.mtu,
    up: state.up,
    addresses: state.addresses
      .map(formatInterfaceAddress)
      .filter((text) => !text.startsWith('fe80:'))
      .toSorted(),
    routes: state.routes
      .map(({ destination, gateway }) => `${formatCidr(destination)} via ${gateway ? formatIp(gateway) : 'link'}`)
      .toSorted(),
  };
}

function expectedStateOf({ has }: ContractContext) {
  return {
    name: 'eth0',
    hostName: 'web-1-c0ffee',
    mtu: 1450,
    up: true,
    addresses: ['10.10.0.5/24', ...(has('ipv6') ? ['fd00:10::5/64'] : [])],
    routes: ['0.0.0.0/0 via 10.10.0.1', ...(has('ipv6') ? ['::/0 via fd00:10::1'] : [])],
  };
}

export function podContract(context: ContractContext): void {
  const { test, signal, runner } = context;
  const { expect } = runner;
  const expectedState = expectedStateOf(context);
  const podSpec = (netns: string, change?: Partial<PodInterfaceSpec>): PodInterfaceSpec =>
    podSpecOf(context, netns, change);

  runner.describe('pods', () => {
    test('attach makes what was asked for, and inspect and list find it', async ({ host, addNetns }) => {
      const netns = await addNetns();
      const spec = podSpec(netns.path);
      const state = await host.pods.attach(spec, { signal });
      expect(describeState(state)).toEqual(expectedState);
      expect(await host.pods.inspect(spec, { signal })).toEqual(state);
      expect(await host.pods.list({ signal })).toEqual([spec.hostName]);
    });

    test('attach repeated changes nothing', async ({ host, addNetns }) => {
      const spec = podSpec((await addNetns()).path);
      const first = await host.pods.attach(spec, { signal });
      expect(await host.pods.attach(spec, { signal })).toEqual(first);
      expect(await host.pods.list({ signal })).toEqual([spec.hostName]);
    });

    test('attach with other values makes the interface so', async ({ host, addNetns }) => {
      const spec = podSpec((await addNetns()).path);
      const first = await host.pods.attach(spec, { signal });
      const otherRoute = parseCidr(context.has('podRoutes') ? '10.96.0.0/12' : '0.0.0.0/0');
      const changed = await host.pods.attach(
        podSpec(spec.netns, {
          mtu: 1400,
          addresses: [parseInterfaceAddress('10.10.0.6/24')],
          routes: [{ destination: otherRoute, gateway: parseIp('10.10.0.1') }],
        }),
        { signal },
      );
      expect(changed.mac).toEqual(first.mac);
      expect(describeState(changed)).toEqual({
        ...expectedState,
        mtu: 1400,
        addresses: ['10.10.0.6/24'],
        routes: [`${formatCidr(otherRoute)} via 10.10.0.1`],
      });
    });

    test('a host name that another namespace had goes to the new one', async ({ host, addNetns }) => {
      const old = await addNetns();
      await host.pods.attach(podSpec(old.path), { signal });
      const next = podSpec((await addNetns()).path);
      const state = await host.pods.attach(next, { signal });
      expect(describeState(state)).toEqual(expectedState);
      expect(await host.pods.inspect(next, { signal })).toEqual(state);
      expect(await host.pods.inspect(podSpec(old.path), { signal })).toEqual(undefined);
    });

    test('detach removes it, and once more is fine', async ({ host, addNetns }) => {
      const spec = podSpec((await addNetns()).path);
      await host.pods.attach(spec, { signal });
      await host.pods.detach(spec, { signal });
      expect(await host.pods.inspect(spec, { signal })).toEqual(undefined);
      expect(await host.pods.list({ signal })).toEqual([]);
      await host.pods.detach(spec, { signal });
      await host.pods.detach({ name: 'eth0', hostName: spec.hostName }, { signal });
    });

    test('detach needs no namespace', async ({ host, addNetns }) => {
      const spec = podSpec((await addNetns()).path);
      await host.pods.attach(spec, { signal });
      await host.pods.detach({ name: spec.name, hostName: spec.hostName }, { signal });
      expect(await host.pods.list({ signal })).toEqual([]);
      expect(await host.pods.inspect(spec, { signal })).toEqual(undefined);
    });

    test('a namespace that vanished: inspect finds nothing, detach is fine', async ({ host, addNetns }) => {
      const netns = await addNetns();
      const spec = podSpec(netns.path);
      await host.pods.attach(spec, { signal });
      await netns.remove();
      expect(await host.pods.inspect(spec, { signal })).toEqual(undefined);
      await host.pods.detach(spec, { signal });
      expect(await host.pods.list({ signal })).toEqual([]);
    });

    test('attach to a namespace that is not there says so and leaves nothing', async ({ host }) => {
      const path = '/var/run/netns/no-such-namespace';
      await expectFailure(context, host.pods.attach(podSpec(path), { signal }), 'netns-missing', path);
      expect(await host.pods.list({ signal })).toEqual([]);
    });

    test('attach refuses what no interface can be', async ({ host, addNetns }) => {
      const { path } = await addNetns();
      for (const [change, named] of [
        [{ hostName: 'longer-than-fifteen' }, 'longer-than-fifteen'],
        [{ name: 'a/b' }, 'a/b'],
        [{ mtu: 20 }, '20'],
        [{ mtu: 1000, addresses: [parseInterfaceAddress('fd00:10::5/64')] }, '1280'],
        [{ routes: [{ destination: parseCidr('::/0'), gateway: parseIp('10.10.0.1') }] }, '::/0'],
      ] as const) {
        await expectFailure(context, host.pods.attach(podSpec(path, change), { signal }), 'invalid-argument', named);
      }
      expect(await host.pods.list({ signal })).toEqual([]);
    });

    test('an aborted attach makes nothing', async ({ host, addNetns }) => {
      const aborted = { aborted: true, reason: new Error('stopped') };
      const stopped = abortedSignal(signal, aborted.reason);
      const spec = podSpec((await addNetns()).path);
      const error = await host.pods.attach(spec, { signal: stopped }).catch((cause: unknown) => cause);
      expect(error).toEqual(aborted.reason);
      expect(await host.pods.list({ signal })).toEqual([]);
    });

    test("the Node's end is put right, and told what it was", async (fixture) => {
      const { host, addNetns, disturbHostEnd, gatewayName } = fixture;
      if (!host.pods.ensureHostEnds || !disturbHostEnd) return;
      const netns = await addNetns();
      const spec = podSpec(netns.path);
      await host.pods.attach(spec, { signal });
      const { hostName, mtu } = spec;
      const ensure = async (wanted: number | undefined) => {
        const end = { hostName, ...(wanted === undefined ? {} : { mtu: wanted }) };
        return await host.pods.ensureHostEnds?.([end, { hostName: 'nowhere' }], { signal });
      };
      expect(await ensure(mtu)).toEqual([]);
      await disturbHostEnd(hostName, 1300);
      expect(await ensure(mtu)).toEqual([{ hostName, changes: ['it was down', `mtu was 1300, not ${mtu}`] }]);
      expect(await ensure(mtu)).toEqual([]);
      await disturbHostEnd(hostName, 1300);
      expect(await ensure(undefined)).toEqual([{ hostName, changes: ['it was down'] }]);
      expect(await ensure(1300)).toEqual([]);
      // Of somebody else's interfaces it keeps its hands off.
      expect(await host.pods.ensureHostEnds([{ hostName: gatewayName, mtu: 1300 }], { signal })).toEqual([]);
    });

    test('several at once', async ({ host, addNetns }) => {
      const specs = await Promise.all(
        Array.from({ length: 8 }, async (_, index) =>
          podSpec((await addNetns()).path, {
            containerId: `c${index}`,
            hostName: `pod-${index}`,
            addresses: [parseInterfaceAddress(`10.10.0.${index + 10}/24`)],
            routes: [],
          }),
        ),
      );
      await Promise.all(specs.map((spec) => host.pods.attach(spec, { signal })));
      expect([...(await host.pods.list({ signal }))].toSorted()).toEqual(specs.map(({ hostName }) => hostName));
      await Promise.all(specs.map((spec) => host.pods.detach(spec, { signal })));
      expect(await host.pods.list({ signal })).toEqual([]);
    });

    test('after a restart everything is found again and attach changes nothing', async (fixture) => {
      const spec = podSpec((await fixture.addNetns()).path);
      const state = await fixture.host.pods.attach(spec, { signal });
      const restarted = await fixture.restart();
      expect(await restarted.pods.list({ signal })).toEqual([spec.hostName]);
      expect(await restarted.pods.inspect(spec, { signal })).toEqual(state);
      expect(await restarted.pods.attach(spec, { signal })).toEqual(state);
      await restarted.pods.detach(spec, { signal });
      expect(await restarted.pods.list({ signal })).toEqual([]);
    });

    test('what an interface is to keep is told after a restart', async (fixture) => {
      const { host, addNetns } = fixture;
      if (!host.pods.recorded) return;
      const record = { 'pod-name': 'web-1', 'pod-namespace': 'ünïcødé' };
      const spec = podSpec((await addNetns()).path, { record });
      const { hostName, mtu } = spec;
      const { mac } = await host.pods.attach(spec, { signal });
      const restarted = await fixture.restart();
      expect(await restarted.pods.recorded?.({ signal })).toEqual([
        { hostName, mac, mtu, record: { ...record, 'container-id': spec.containerId } },
      ]);
      await restarted.pods.detach(spec, { signal });
      expect(await restarted.pods.recorded?.({ signal })).toEqual([]);
    });

    test("the Node's end is finished when it is there, and not before", async ({ host, addNetns }) => {
      if (!host.pods.finishHostEnd) return;
      const spec = podSpec((await addNetns()).path);
      const { hostName, mtu } = spec;
      const finish = (): Promise<void> | undefined => host.pods.finishHostEnd?.({ hostName, mtu }, { signal });
      await expectFailure(context, finish()!, 'interface-missing', hostName);
      await host.pods.attach(spec, { signal });
      await finish();
      await finish();
    });

    test('announce reaches out for an interface that is there, and fails for one that is not', async (fixture) => {
      const { host } = fixture;
      const spec = podSpec((await fixture.addNetns()).path);
      await expectFailure(context, host.pods.announce(spec, { signal }), 'interface-missing', 'eth0');
      await host.pods.attach(spec, { signal });
      await host.pods.announce(spec, { signal });
    });
  });
}

/** An aborted signal, made without the platform's constructor: this package does not see it. */
function abortedSignal(like: AbortSignal, reason: Error): AbortSignal {
  return new Proxy(like, {
    get(target, property) {
      if (property === 'aborted') return true;
      if (property === 'reason') return reason;
      if (property === 'throwIfAborted') {
        return () => {
          throw reason;
        };
      }
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
