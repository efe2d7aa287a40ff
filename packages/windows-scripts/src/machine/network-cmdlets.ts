import { Arguments, CmdletFailure, cmdlets } from '@antrea-ts/host-windows/testing';
import { constants } from '../constants.js';
import { ScriptError } from '../powershell/signals.js';
import { textOf, type Value } from '../powershell/values.js';
import type { Call, Cmdlets } from './cmdlet.js';

type Rows = readonly Value[];

/** Runs a cmdlet of the model that the driver is tested with. */
function ofDriver(name: string): (call: Call) => Rows {
  return (call) => {
    if (!name.startsWith('Get-'))
      call.change(`${name} ${[...call.named].map(([key, value]) => `${key}=${textOf(value)}`).join(' ')}`);
    const model = cmdlets[name]!;
    const known = new Set(['erroraction', ...Object.keys(model.parameters).map((each) => each.toLowerCase())]);
    const unknown = [...call.named.keys()].find((each) => !known.has(each));
    if (unknown !== undefined) throw new Error(`the model of ${name} has no parameter ${unknown}`);
    try {
      return model.run(
        call.machine.net,
        new Arguments(call.named as ConstructorParameters<typeof Arguments>[0]),
        call.input as never,
      ) as Rows;
    } catch (error) {
      throw error instanceof CmdletFailure ? ScriptError.of(error.message) : error;
    }
  };
}

function indexOf({ machine }: Call, alias: string): number {
  const adapter = machine.net.adapters.find(({ name }) => name === alias);
  if (!adapter) throw ScriptError.of(`No MSFT_NetAdapter objects found with property 'Name' equal to '${alias}'.`);
  return adapter.index;
}

/** Rows on the interface that is named, if one is. */
function onAlias(call: Call, rows: Rows): Rows {
  const alias = call.text('InterfaceAlias');
  if (alias === undefined) return rows;
  const index = indexOf(call, alias);
  return rows.filter((row) => (row as { readonly InterfaceIndex: number }).InterfaceIndex === index);
}

function filtered(name: string, ...own: readonly string[]): (call: Call) => Rows {
  const run = cmdlets[name]!;
  return (call) => {
    const unknown = [...call.named.keys()].find((each) => !['erroraction', 'addressfamily', ...own].includes(each));
    if (unknown !== undefined) throw new Error(`the model of ${name} has no parameter ${unknown}`);
    return onAlias(call, run.run(call.machine.net, new Arguments(new Map()), []) as Rows);
  };
}

const addresses = filtered('Get-NetIPAddress', 'interfacealias', 'ipaddress');

export const networkCmdlets: Cmdlets = {
  ...Object.fromEntries(
    ['New-NetIPAddress', 'Remove-NetIPAddress', 'New-NetRoute', 'Remove-NetRoute', 'Set-DnsClientServerAddress'].map(
      (name) => [name, ofDriver(name)],
    ),
  ),
  ...Object.fromEntries(
    ['Get-NetNat', 'Remove-NetNat', 'Get-NetFirewallRule', 'Remove-NetFirewallRule', 'Set-NetIPInterface'].map(
      (name) => [name, ofDriver(name)],
    ),
  ),
  'Get-NetRoute': filtered('Get-NetRoute', 'interfacealias'),
  'Get-NetIPAddress'(call) {
    const ip = call.text('IPAddress');
    return addresses(call).filter(
      (row) => ip === undefined || (row as { readonly IPAddress: string }).IPAddress === ip,
    );
  },
  'Get-NetAdapter'(call) {
    const { adapters } = call.machine.net;
    const name = call.text('Name');
    if (name !== undefined) indexOf(call, name);
    return adapters
      .filter((each) => (name === undefined || each.name === name) && !(call.flag('Physical') && each.virtual))
      .map((each) => ({ Name: each.name, InterfaceIndex: each.index, Status: each.status, Virtual: each.virtual }));
  },
  'New-NetFirewallRule'(call) {
    const name = call.needed('Name');
    call.change(`firewall rule ${name}`);
    const rule = {
      name,
      displayName: name,
      group: '',
      direction: 'Inbound',
      action: 'Allow',
      localAddress: 'Any',
      remoteAddress: 'Any',
    };
    call.machine.net.firewall.push(rule);
    return [];
  },
  'Get-NetTCPConnection'(call) {
    const port = Number(call.needed('LocalPort'));
    return call.machine.listening.has(port) ? [{ LocalPort: port }] : [];
  },
  'Get-HnsNetwork': ({ machine }) =>
    machine.hnsNetwork ? [{ Name: constants.hnsNetwork, NetworkAdapterName: machine.hnsNetwork.adapter }] : [],
  'Remove-HnsNetwork'(call) {
    call.change('remove the HNS network');
    call.machine.hnsNetwork = undefined;
    call.machine.ovsExtension = false;
    return [];
  },
  'Get-VMSwitchExtension': ({ machine }) => [{ Enabled: machine.ovsExtension }],
  'Get-NetAdapterBinding'(call) {
    const name = call.text('Name');
    const names = call.machine.net.adapters
      .filter((each) => name === undefined || each.name === name)
      .map((each) => each.name);
    return names.map((each) => ({ Name: each, ComponentID: 'vms_pp', Enabled: call.machine.bindings.has(each) }));
  },
  'Disable-NetAdapterBinding'(call) {
    const name = call.needed('Name');
    call.change(`take the binding off ${name}`);
    call.machine.bindings.delete(name);
    return [];
  },
  'Get-VMSwitch'(call) {
    const name = call.needed('Name');
    if (!call.machine.environment.has(`switch ${name}`))
      throw ScriptError.of(`Hyper-V was unable to find a virtual switch with name "${name}".`);
    return [{ Name: name }];
  },
  'New-VMSwitch'(call) {
    call.change(`make switch ${call.needed('Name')}`);
    call.machine.environment.set(`switch ${call.needed('Name')}`, '');
    return [];
  },
  'Add-VMNetworkAdapter'(call) {
    const name = `vEthernet (${call.needed('Name')})`;
    call.change(`make adapter ${name}`);
    const { adapters } = call.machine.net;
    const index = 1 + Math.max(...adapters.map((each) => each.index));
    adapters.push({ ...adapters[0]!, name, index, virtual: true });
    return [];
  },
};
