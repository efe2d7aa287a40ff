import { addMemoryInterface, createMemoryHost } from '@antrea-ts/host/testing';
import { OvsError } from '@antrea-ts/ovs';
import { expect, it } from 'vitest';
import { explainTakenName } from './taken-name.js';

const options = { hostGateway: 'antrea-gw0', ovsBridge: 'br-int' };
const { signal } = new AbortController();
const failed = (port: string) => new OvsError('port failed', `create port ${port} on bridge br-int: Invalid argument`);

async function told(error: Error, ...interfaces: readonly string[]): Promise<unknown> {
  const host = createMemoryHost();
  for (const name of interfaces) addMemoryInterface(host.machine, name);
  return explainTakenName(options, { host, signal }, () => Promise.reject(error)).catch((reason: unknown) => reason);
}

it('names the key, the interface and what to do where the name is taken', async () => {
  expect(await told(failed('antrea-gw0'), 'antrea-gw0')).toMatchObject({
    message:
      'hostGateway antrea-gw0: an interface of this machine has this name and is no port of bridge br-int; it is not ours: ' +
      'remove it ("ip link delete antrea-gw0"), or give another name as hostGateway',
  });
});

it('leaves other failures as they are', async () => {
  for (const [error, names] of [
    [failed('antrea-gw0'), []],
    [failed('antrea-tun0'), ['antrea-gw0']],
    [new Error('out of luck'), ['antrea-gw0']],
  ] as const) {
    expect(await told(error, ...names)).toBe(error);
  }
});
