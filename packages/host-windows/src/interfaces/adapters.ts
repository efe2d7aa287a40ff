import { tryParseMac, parseIp, type InterfaceAddress } from '@antrea-ts/net-types';
import type { HostInterface } from '@antrea-ts/host';
import { z } from 'zod';
import { groupBy } from '../group-by.js';
import { cmdlet, query, tolerant } from '../powershell/command.js';
import { readObjects, type PowerShell } from '../powershell/powershell.js';

const adapterSchema = z.object({
  Name: z.string(),
  InterfaceIndex: z.number(),
  MacAddress: z.string().nullish(),
  Status: z.string(),
  Virtual: z.boolean().nullish(),
});
const interfaceSchema = z.object({ InterfaceIndex: z.number(), NlMtu: z.number() });
const addressSchema = z.object({ InterfaceIndex: z.number(), IPAddress: z.string(), PrefixLength: z.number() });

/** An adapter with its IPv4 side. */
export interface Adapter extends HostInterface {
  /** False where Windows says that it is a physical one. */
  readonly virtual: boolean;
}

const adapterQuery = query(cmdlet('Get-NetAdapter'), 'Name', 'InterfaceIndex', 'MacAddress', 'Status', 'Virtual');
const interfaceQuery = query(cmdlet('Get-NetIPInterface', { AddressFamily: 'IPv4' }), 'InterfaceIndex', 'NlMtu');
const addressQuery = query(
  tolerant(cmdlet('Get-NetIPAddress', { AddressFamily: 'IPv4' })),
  'InterfaceIndex',
  'IPAddress',
  'PrefixLength',
);

/** The adapters of the machine, with MTU and IPv4 addresses: one invocation. */
export async function listAdapters(powerShell: PowerShell, options: { signal: AbortSignal }): Promise<Adapter[]> {
  const [adapters, interfaces, addresses] = await powerShell.run([adapterQuery, interfaceQuery, addressQuery], options);
  const mtus = new Map(
    readObjects(interfaces, interfaceSchema, 'Get-NetIPInterface').map(({ InterfaceIndex, NlMtu }) => [
      InterfaceIndex,
      NlMtu,
    ]),
  );
  const held = groupBy(readObjects(addresses, addressSchema, 'Get-NetIPAddress'), (row) => row.InterfaceIndex);
  return readObjects(adapters, adapterSchema, 'Get-NetAdapter').map((adapter) => {
    const mac = tryParseMac((adapter.MacAddress ?? '').replaceAll('-', ':').toLowerCase());
    return {
      name: adapter.Name,
      index: adapter.InterfaceIndex,
      ...(mac ? { mac } : {}),
      // An adapter that TCP/IP is not bound to has none.
      mtu: mtus.get(adapter.InterfaceIndex) ?? 0,
      up: adapter.Status === 'Up',
      virtual: adapter.Virtual === true,
      addresses: (held.get(adapter.InterfaceIndex) ?? []).map(addressOf),
    };
  });
}

function addressOf({ IPAddress, PrefixLength }: z.infer<typeof addressSchema>): InterfaceAddress {
  return { address: parseIp(IPAddress), prefixLength: PrefixLength };
}
