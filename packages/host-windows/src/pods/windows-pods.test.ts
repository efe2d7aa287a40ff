import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host, PodInterfaceSpec } from '@antrea-ts/host';
import { parseCidr, parseInterfaceAddress, parseIp } from '@antrea-ts/net-types';
import { silentLogger } from '@antrea-ts/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostAdapterName } from '../names.js';
import type { PowerShell } from '../powershell/powershell.js';
import { buildFakeHns, containerRuntime, makePodNetwork } from '../testing/fake-hns.js';
import { readHnsState } from '../testing/follow-hns.js';
import { createModelMachine, type ModelMachine } from '../testing/machine.js';
import { createModelPowerShell } from '../testing/model-powershell.js';
import { createWindowsHost } from '../windows-host.js';

const { signal } = new AbortController();

describe.skipIf(process.platform !== 'linux')('Pods on Windows', () => {
  const libraries = process.platform === 'linux' ? buildFakeHns() : undefined!;
  const runtime = process.platform === 'linux' ? containerRuntime(libraries) : undefined!;
  let directory: string;
  let machine: ModelMachine;
  let host: Host;
  let invocations: number;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'windows-pods-'));
    process.env['FAKE_HNS_STATE'] = join(directory, 'state');
    process.env['FAKE_HNS_FAULTS'] = join(directory, 'faults');
    machine = createModelMachine({ hnsStateFile: join(directory, 'state') });
    const model = createModelPowerShell(machine);
    invocations = 0;
    const powerShell: PowerShell = {
      run: (commands, context) => ((invocations += 1), model.run(commands, context)),
      close: () => model.close(),
    };
    host = createWindowsHost({ logger: silentLogger, powerShell, libraries, settingsFile: join(directory, 'uplink') });
    await makePodNetwork(libraries);
  });
  afterEach(async () => {
    await host.close();
    delete process.env['FAKE_HNS_FAULTS'];
    rmSync(directory, { recursive: true });
  });

  const fault = (line: string): void => writeFileSync(join(directory, 'faults'), `${line}\n`);
  const objects = (kind: string) => readHnsState(join(directory, 'state')).filter((each) => each.kind === kind);
  const attached = () => objects('attachments').map(({ object }) => object['ContainerId'] ?? object['NamespaceId']);

  const infra: PodInterfaceSpec = {
    containerId: 'c0ffee',
    netns: 'none',
    name: 'eth0',
    hostName: 'web-1-c0ffee',
    mtu: 1450,
    addresses: [parseInterfaceAddress('10.10.0.5/24')],
    routes: [{ destination: parseCidr('0.0.0.0/0'), gateway: parseIp('10.10.0.1') }],
    checksumOffload: false,
    dns: { servers: ['10.96.0.10', '10.96.0.11'], search: ['default.svc.cluster.local', 'cluster.local'] },
  };
  const member = { ...infra, containerId: 'beef', netns: 'container:c0ffee', addresses: [], routes: [] };

  it('an endpoint has the DNS settings of its Pod', async () => {
    const netns = randomUUID();
    runtime.createNamespace(netns);
    await host.pods.attach({ ...infra, netns }, { signal });
    expect(objects('endpoints')[0]?.object).toMatchObject({
      DNSServerList: '10.96.0.10,10.96.0.11',
      DNSSuffix: 'default.svc.cluster.local,cluster.local',
    });
  });

  it('the MTU of the adapter is set when it is there, by one invocation of PowerShell', async () => {
    const end = { hostName: infra.hostName, mtu: 1450 };
    await expect(host.pods.finishHostEnd?.(end, { signal })).rejects.toMatchObject({ code: 'interface-missing' });
    runtime.runContainer(infra.containerId);
    await host.pods.attach(infra, { signal });
    await host.pods.attach(infra, { signal });
    expect(invocations).toBe(1);
    await host.pods.finishHostEnd?.(end, { signal });
    expect(invocations).toBe(2);
    expect(machine.adapters).toMatchObject([{ name: hostAdapterName(infra.hostName), mtu: 1450 }]);
    machine.failAt = machine.calls + 1;
    await expect(host.pods.finishHostEnd?.(end, { signal })).rejects.toMatchObject({ code: 'failed' });
  });

  describe('with Docker', () => {
    it('an endpoint is given to each container once', async () => {
      runtime.runContainer(infra.containerId);
      runtime.runContainer(member.containerId);
      for (const spec of [infra, infra, member, member]) await host.pods.attach(spec, { signal });
      expect(attached()).toEqual(['c0ffee', 'beef']);
      expect(objects('endpoints')).toHaveLength(1);
    });

    it.each(['OPEN', 'ATTACH'])(
      '%s refused: an infra container leaves nothing, another one leaves the Pod as it is',
      async (call) => {
        runtime.runContainer(infra.containerId);
        runtime.runContainer(member.containerId);
        fault(`${call} /containers The service is busy.`);
        await expect(host.pods.attach(infra, { signal })).rejects.toThrow('The service is busy.');
        expect(objects('endpoints')).toEqual([]);
        await host.pods.attach(infra, { signal });
        fault(`${call} /containers The service is busy.`);
        await expect(host.pods.attach(member, { signal })).rejects.toThrow('The service is busy.');
        expect(attached()).toEqual(['c0ffee']);
      },
    );

    it.each(['container:', 'container:a:b', 'nothing'])('%s is no network', async (netns) => {
      await expect(host.pods.attach({ ...infra, netns }, { signal })).rejects.toMatchObject({ code: 'netns-missing' });
    });
  });
});
