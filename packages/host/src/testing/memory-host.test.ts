import { describe, expect, it } from 'vitest';
import { parseInterfaceAddress } from '@antrea-ts/net-types';
import { createMemoryHost, hostContract } from './index.js';
import { makeMemoryFixture } from './memory-fixture.js';

const { signal } = new AbortController();

describe('memory host', () => {
  hostContract({ describe, it, expect }, { makeFixture: makeMemoryFixture, signal });

  const spec = {
    containerId: 'c1',
    netns: '/netns/a',
    name: 'eth0',
    hostName: 'pod-1',
    mtu: 1450,
    addresses: [parseInterfaceAddress('10.10.0.5/24')],
    routes: [],
    checksumOffload: true,
  };

  it('fails once when told to', async () => {
    const host = createMemoryHost();
    host.machine.namespaces.add('/netns/a');
    host.faults.failNext('pods.attach', new Error('out of luck'));
    await expect(host.pods.attach(spec, { signal })).rejects.toThrow('out of luck');
    expect(await host.pods.list({ signal })).toEqual([]);
    await host.pods.attach(spec, { signal });
    expect(await host.pods.list({ signal })).toEqual(['pod-1']);
  });

  it('holds a call until released, or until its signal aborts', async () => {
    const host = createMemoryHost();
    host.machine.namespaces.add('/netns/a');
    const release = host.faults.holdNext('pods.attach');
    const attached = host.pods.attach(spec, { signal });
    expect(await host.pods.list({ signal })).toEqual([]);
    release();
    await attached;

    host.faults.holdNext('pods.detach');
    const controller = new AbortController();
    const detached = host.pods.detach(spec, { signal: controller.signal });
    controller.abort(new Error('gave up'));
    await expect(detached).rejects.toThrow('gave up');
    expect(await host.pods.list({ signal })).toEqual(['pod-1']);
  });
});
