import { adapterGiven, adapterNamed, type CmdletModel } from './cmdlet.js';
import type { ModelAdapter } from '../machine.js';

const rowOf = ({ name, index, mac, status, virtual }: ModelAdapter) => ({
  Name: name,
  InterfaceIndex: index,
  MacAddress: mac,
  Status: status,
  Virtual: virtual,
});

export const adapterCmdlets: Readonly<Record<string, CmdletModel>> = {
  'Get-NetAdapter': {
    parameters: { Name: 'text' },
    run(machine, given) {
      const name = given.text('Name');
      return (name === undefined ? machine.adapters : [adapterNamed(machine, name)]).map(rowOf);
    },
  },
  'Enable-NetAdapter': {
    parameters: { Name: 'text', Confirm: 'boolean' },
    run(machine, given) {
      adapterNamed(machine, given.required('Name')).status = 'Up';
      return [];
    },
  },
  'Set-NetAdapterAdvancedProperty': {
    parameters: { Name: 'text', RegistryKeyword: 'text', RegistryValue: 'text' },
    run(machine, given) {
      const adapter = adapterNamed(machine, given.required('Name'));
      if (given.text('RegistryKeyword') === 'NetworkAddress') {
        adapter.mac = (given.required('RegistryValue').match(/../g) ?? []).join('-').toUpperCase();
      }
      return [];
    },
  },
  'Get-NetIPInterface': {
    parameters: { InterfaceAlias: 'text', AddressFamily: 'text', Forwarding: 'text' },
    run(machine, given) {
      const alias = given.text('InterfaceAlias');
      const forwarding = given.text('Forwarding');
      return (alias === undefined ? machine.adapters : [adapterNamed(machine, alias)])
        .filter((adapter) => forwarding === undefined || adapter.forwarding === (forwarding === 'Enabled'))
        .map(({ index, mtu }) => ({ InterfaceIndex: index, NlMtu: mtu }));
    },
  },
  'Set-NetIPInterface': {
    parameters: {
      InterfaceAlias: 'text',
      InterfaceIndex: 'number',
      NlMtuBytes: 'number',
      Forwarding: 'text',
      IncludeAllCompartments: 'boolean',
    },
    run(machine, given) {
      const adapter = adapterGiven(machine, given);
      adapter.mtu = given.number('NlMtuBytes') ?? adapter.mtu;
      const forwarding = given.text('Forwarding');
      if (forwarding !== undefined) adapter.forwarding = forwarding === 'Enabled';
      return [];
    },
  },
};
