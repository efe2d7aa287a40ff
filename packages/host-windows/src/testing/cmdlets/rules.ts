import type { ModelFirewallRule } from '../machine.js';
import { CmdletFailure, notFound, type Arguments, type CmdletModel } from './cmdlet.js';

function rulesGiven(rules: readonly ModelFirewallRule[], given: Arguments): readonly ModelFirewallRule[] {
  const [name, group] = [given.text('Name'), given.text('Group')];
  const found = rules.filter((rule) => (name ?? rule.name) === rule.name && (group ?? rule.group) === rule.group);
  if (found.length === 0)
    throw notFound('MSFT_NetFirewallRule', name ? 'InstanceID' : 'RuleGroup', name ?? group ?? '');
  return found;
}

export const ruleCmdlets: Readonly<Record<string, CmdletModel>> = {
  'Get-NetNat': {
    parameters: { Name: 'text' },
    run({ nats }, given) {
      const name = given.required('Name');
      const prefix = nats.get(name);
      if (prefix === undefined) throw notFound('MSFT_NetNat', 'Name', name);
      return [{ Name: name, InternalIPInterfaceAddressPrefix: prefix }];
    },
  },
  'New-NetNat': {
    parameters: { Name: 'text', InternalIPInterfaceAddressPrefix: 'text' },
    run({ nats }, given) {
      const name = given.required('Name');
      // Windows has one NAT with a prefix of its own, and answers a second one so.
      if (nats.size > 0) throw new CmdletFailure('Windows System Error 87,New-NetNat', 'The parameter is incorrect.');
      nats.set(name, given.required('InternalIPInterfaceAddressPrefix'));
      return [];
    },
  },
  'Remove-NetNat': {
    parameters: { Name: 'text', Confirm: 'boolean' },
    run({ nats }, given) {
      const name = given.required('Name');
      if (!nats.delete(name)) throw notFound('MSFT_NetNat', 'Name', name);
      return [];
    },
  },
  'Get-NetFirewallRule': {
    parameters: { Name: 'text', Group: 'text' },
    run: ({ firewall }, given) => rulesGiven(firewall, given).map(({ name }) => ({ InstanceID: name })),
  },
  'Get-NetFirewallAddressFilter': {
    parameters: {},
    run: ({ firewall }, _, input) =>
      input.flatMap(({ InstanceID }) =>
        firewall
          .filter(({ name }) => name === InstanceID)
          .map(({ name, localAddress, remoteAddress }) => ({
            InstanceID: name,
            LocalAddress: localAddress,
            RemoteAddress: remoteAddress,
          })),
      ),
  },
  'New-NetFirewallRule': {
    parameters: {
      Name: 'text',
      DisplayName: 'text',
      Group: 'text',
      Direction: 'text',
      Action: 'text',
      Protocol: 'text',
      LocalAddress: 'text',
      RemoteAddress: 'text',
    },
    run({ firewall }, given) {
      const name = given.required('Name');
      if (firewall.some((rule) => rule.name === name)) {
        throw new CmdletFailure(
          'Windows System Error 183,New-NetFirewallRule',
          'Cannot create a file when that file already exists.',
        );
      }
      firewall.push({
        name,
        displayName: given.required('DisplayName'),
        group: given.text('Group') ?? '',
        direction: given.required('Direction'),
        action: given.required('Action'),
        // The firewall keeps a prefix with its mask in full.
        localAddress: inFull(given.text('LocalAddress')),
        remoteAddress: inFull(given.text('RemoteAddress')),
      });
      return [];
    },
  },
  'Remove-NetFirewallRule': {
    parameters: { Name: 'text', Group: 'text' },
    run({ firewall }, given) {
      for (const rule of rulesGiven(firewall, given)) firewall.splice(firewall.indexOf(rule), 1);
      return [];
    },
  },
};

function inFull(address = 'Any'): string {
  const [network, length] = address.split('/');
  if (length === undefined) return address;
  const mask = (0xffff_ffff << (32 - Number(length))) >>> 0;
  return `${network}/${[24, 16, 8, 0].map((shift) => (mask >>> shift) & 0xff).join('.')}`;
}
