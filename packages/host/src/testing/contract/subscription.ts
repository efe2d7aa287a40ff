import { parseCidr, parseInterfaceAddress } from '@antrea-ts/net-types';
import type { Host, HostChange } from '../../host.js';
import type { ContractContext } from './fixture.js';

/** Settles when the host has told of this change; the runner's time limit ends the wait. */
function told(host: Host, change: HostChange): { readonly promise: Promise<void>; readonly end: () => void } {
  let end: () => void;
  const promise = new Promise<void>((resolve) => {
    end = host.subscribe((changes) => {
      if (changes.has(change)) resolve();
    });
  });
  return { promise, end: () => end() };
}

export function subscriptionContract({ test, signal, runner }: ContractContext): void {
  runner.describe('subscription', () => {
    test('tells of links, addresses and routes', async ({ host, gatewayName }) => {
      const links = told(host, 'links');
      const addresses = told(host, 'addresses');
      const routes = told(host, 'routes');
      await host.ensureGateway(
        { name: gatewayName, mtu: 1400, addresses: [parseInterfaceAddress('10.10.0.1/24')] },
        { signal },
      );
      await Promise.all([links.promise, addresses.promise]);
      const destination = parseCidr('10.10.7.0/24');
      await host.peerRoutes.apply(
        {
          create: new Map([['10.10.7.0/24', { destination, interfaceName: gatewayName }]]),
          update: new Map(),
          remove: new Map(),
        },
        { signal },
      );
      await routes.promise;
      for (const { end } of [links, addresses, routes]) end();
    });

    test('an ended subscription hears nothing more, the others do', async ({ host, gatewayName }) => {
      let heard = 0;
      const end = host.subscribe(() => (heard += 1));
      end();
      end();
      const other = told(host, 'links');
      await host.ensureGateway({ name: gatewayName, mtu: 1401, addresses: [] }, { signal });
      await other.promise;
      runner.expect(heard).toEqual(0);
      other.end();
    });

    test('a listener that throws does no harm', async ({ host, gatewayName }) => {
      const end = host.subscribe(() => {
        throw new Error('a listener of a test');
      });
      const other = told(host, 'links');
      await host.ensureGateway({ name: gatewayName, mtu: 1402, addresses: [] }, { signal });
      await other.promise;
      other.end();
      end();
    });
  });
}
