import { HostError, type TrafficRules, type TrafficRulesDriver } from '@antrea-ts/host';
import { formatCidr, formatIp, netmaskOf, tryParseCidr, type Cidr } from '@antrea-ts/net-types';
import { z } from 'zod';
import { names } from '../names.js';
import { cmdlet, query, tolerant, type Command } from '../powershell/command.js';
import { readObjects, type PowerShell } from '../powershell/powershell.js';
import { translated } from '../translate-error.js';

const natSchema = z.object({ Name: z.string(), InternalIPInterfaceAddressPrefix: z.string() });
/** One address comes as text, several as a list. */
const addresses = z.union([z.string(), z.array(z.string())]);
const filterSchema = z.object({ InstanceID: z.string(), LocalAddress: addresses, RemoteAddress: addresses });

interface Observed {
  /** Prefix of our NetNat. */
  readonly nat: string | undefined;
  /** What each of our firewall rules is about. */
  readonly firewall: ReadonlyMap<string, { readonly local: string; readonly remote: string }>;
  readonly forwards: boolean;
}

/** What Windows needs: forwarding on the gateway, NetNat in the place of masquerading, and two firewall rules. */
export function createWindowsTrafficRules(powerShell: PowerShell): TrafficRulesDriver {
  return {
    ensure: (desired, { signal }) =>
      translated('set up NAT and firewall', signal, async () => {
        const podCidr = podCidrOf(desired);
        const observed = await observe(powerShell, desired.gatewayName, signal);
        const steps = plan(desired, podCidr, observed);
        await powerShell.run(
          steps.flatMap(({ commands }) => commands),
          { signal },
        );
        return steps.map(({ change }) => change);
      }),
    remove: ({ signal }) =>
      translated('remove NAT and firewall rules', signal, async () => {
        await powerShell.run([removeNat, removeFirewall], { signal });
      }),
  };
}

const removeNat: Command = [tolerant(cmdlet('Remove-NetNat', { Name: names.netNat, Confirm: false }))];
const removeFirewall: Command = [tolerant(cmdlet('Remove-NetFirewallRule', { Group: names.firewallGroup }))];

function podCidrOf({ localPodCidrs }: TrafficRules): Cidr {
  const cidr = localPodCidrs.find(({ address }) => address.family === 'ipv4');
  if (!cidr) throw new HostError('unsupported', 'set up NAT: the Node has no IPv4 Pod CIDR, and Windows has IPv4 only');
  return cidr;
}

async function observe(powerShell: PowerShell, gatewayName: string, signal: AbortSignal): Promise<Observed> {
  const forwarding = { InterfaceAlias: gatewayName, AddressFamily: 'IPv4', Forwarding: 'Enabled' };
  const [nats, filters, forwards] = await powerShell.run(
    [
      query(tolerant(cmdlet('Get-NetNat', { Name: names.netNat })), 'Name', 'InternalIPInterfaceAddressPrefix'),
      [
        tolerant(cmdlet('Get-NetFirewallRule', { Group: names.firewallGroup })),
        cmdlet('Get-NetFirewallAddressFilter'),
        cmdlet('Select-Object', { Property: ['InstanceID', 'LocalAddress', 'RemoteAddress'] }),
      ],
      // Asked as a filter: how Windows writes the property as JSON depends on its version.
      query(tolerant(cmdlet('Get-NetIPInterface', forwarding)), 'InterfaceIndex'),
    ],
    { signal },
  );
  const [nat] = readObjects(nats, natSchema, 'Get-NetNat');
  return {
    nat: nat?.InternalIPInterfaceAddressPrefix,
    firewall: new Map(
      readObjects(filters, filterSchema, 'Get-NetFirewallAddressFilter').map((filter) => [
        filter.InstanceID,
        { local: String(filter.LocalAddress), remote: String(filter.RemoteAddress) },
      ]),
    ),
    forwards: (forwards ?? []).length > 0,
  };
}

interface Step {
  readonly change: string;
  readonly commands: readonly Command[];
}

function plan(desired: TrafficRules, podCidr: Cidr, observed: Observed): readonly Step[] {
  const cidr = formatCidr(podCidr);
  return [
    ...planForwarding(desired.gatewayName, observed),
    ...planNat(desired.masquerade, cidr, observed),
    ...planFirewall(names.firewallInbound, 'Inbound', cidr, observed),
    ...planFirewall(names.firewallOutbound, 'Outbound', cidr, observed),
  ];
}

function planForwarding(gatewayName: string, { forwards }: Observed): readonly Step[] {
  if (forwards) return [];
  const parameters = { InterfaceAlias: gatewayName, Forwarding: 'Enabled' };
  return [{ change: `forwarding on ${gatewayName}`, commands: [[cmdlet('Set-NetIPInterface', parameters)]] }];
}

/** Windows keeps one prefix for a NetNat: another one means another NetNat. */
function planNat(masquerade: boolean, cidr: string, { nat }: Observed): readonly Step[] {
  if (!masquerade) return nat === undefined ? [] : [{ change: `removed NetNat of ${nat}`, commands: [removeNat] }];
  if (nat === cidr) return [];
  const create: Command = [cmdlet('New-NetNat', { Name: names.netNat, InternalIPInterfaceAddressPrefix: cidr })];
  return [
    {
      change: nat === undefined ? `added NetNat of ${cidr}` : `NetNat of ${cidr} instead of ${nat}`,
      commands: nat === undefined ? [create] : [removeNat, create],
    },
  ];
}

function planFirewall(
  name: string,
  direction: 'Inbound' | 'Outbound',
  cidr: string,
  { firewall }: Observed,
): readonly Step[] {
  const [local, remote] = direction === 'Inbound' ? ['Any', cidr] : [cidr, 'Any'];
  const found = firewall.get(name);
  if (found && sameAddress(found.local, local) && sameAddress(found.remote, remote)) return [];
  const create = cmdlet('New-NetFirewallRule', {
    Name: name,
    DisplayName: name,
    Group: names.firewallGroup,
    Direction: direction,
    Action: 'Allow',
    Protocol: 'Any',
    LocalAddress: local,
    RemoteAddress: remote,
  });
  return [
    {
      change: `${found ? 'replaced' : 'added'} firewall rule "${name}"`,
      commands: [[tolerant(cmdlet('Remove-NetFirewallRule', { Name: name }))], [create]],
    },
  ];
}

/** The firewall may give a prefix back with its mask in full. */
function sameAddress(found: string, wanted: string): boolean {
  return found === wanted || found === withMask(wanted);
}

function withMask(text: string): string {
  const cidr = tryParseCidr(text);
  if (!cidr) return text;
  const { address, prefixLength } = cidr;
  return `${formatIp(address)}/${formatIp(netmaskOf(address.family, prefixLength))}`;
}
