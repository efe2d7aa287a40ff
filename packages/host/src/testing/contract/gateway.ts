import { formatInterfaceAddress, parseInterfaceAddress } from '@antrea-ts/net-types';
import type { DesiredGateway, HostInterface } from '../../host.js';
import { expectFailure } from './failure.js';
import type { ContractContext } from './fixture.js';

function addressesOf(gateway: HostInterface): readonly string[] {
  return gateway.addresses
    .map(formatInterfaceAddress)
    .filter((text) => !/^(fe80:|169\.254\.)/.test(text))
    .toSorted();
}

export function gatewayContract(context: ContractContext): void {
  const { test, signal, runner, has } = context;
  const { expect } = runner;
  const addresses = ['10.10.0.1/24', ...(has('ipv6') ? ['fd00:10::1/64'] : [])];
  const desiredFor = (name: string): DesiredGateway => ({
    name,
    mtu: 1450,
    addresses: addresses.map((text) => parseInterfaceAddress(text)),
  });
  const linkLocal = has('ipv6') ? 'fe80::99/64' : '169.254.7.9/16';

  runner.describe('gateway', () => {
    test('set up once, then nothing is changed any more', async (fixture) => {
      const desired = desiredFor(fixture.gatewayName);
      const first = await fixture.host.ensureGateway(desired, { signal });
      expect(first.changes.length > 0).toEqual(true);
      expect(first.interface.up).toEqual(true);
      expect(first.interface.mtu).toEqual(1450);
      expect(addressesOf(first.interface)).toEqual(addresses);
      expect((await fixture.host.ensureGateway(desired, { signal })).changes).toEqual([]);
      const restarted = await fixture.restart();
      const again = await restarted.ensureGateway(desired, { signal });
      expect(again.changes).toEqual([]);
      expect(again.interface.mac).toEqual(first.interface.mac);
    });

    test('addresses that do not belong are removed, link-local ones stay', async (fixture) => {
      const desired = desiredFor(fixture.gatewayName);
      await fixture.host.ensureGateway(desired, { signal });
      await fixture.addForeignAddress('192.0.2.9/24');
      await fixture.addForeignAddress(linkLocal);
      const { interface: gateway, changes } = await fixture.host.ensureGateway(desired, { signal });
      expect(changes.length).toEqual(1);
      expect(changes[0]).toContain('192.0.2.9/24');
      expect(addressesOf(gateway)).toEqual(addresses);
      expect(gateway.addresses.map(formatInterfaceAddress)).toContain(linkLocal);
    });

    test('is listed among the interfaces', async ({ host, gatewayName }) => {
      const { interface: gateway } = await host.ensureGateway(desiredFor(gatewayName), { signal });
      const listed = (await host.listInterfaces({ signal })).find(({ name }) => name === gatewayName);
      expect(listed?.index).toEqual(gateway.index);
      expect(listed && addressesOf(listed)).toEqual(addresses);
    });

    test('an interface that does not exist is named', async ({ host }) => {
      const call = host.ensureGateway(desiredFor('no-such-link'), { signal });
      await expectFailure(context, call, 'interface-missing', 'no-such-link');
    });
  });
}
