import { adapterAt, adapterGiven, CmdletFailure, notFound, type CmdletModel } from './cmdlet.js';

export const addressCmdlets: Readonly<Record<string, CmdletModel>> = {
  'Get-NetIPAddress': {
    parameters: { AddressFamily: 'text', InterfaceIndex: 'number' },
    run(machine, given) {
      const index = given.number('InterfaceIndex');
      return machine.addresses
        .filter((held) => index === undefined || held.index === index)
        .map((held) => ({ InterfaceIndex: held.index, IPAddress: held.ip, PrefixLength: held.prefixLength }));
    },
  },
  'New-NetIPAddress': {
    parameters: {
      InterfaceAlias: 'text',
      InterfaceIndex: 'number',
      IPAddress: 'text',
      PrefixLength: 'number',
      DefaultGateway: 'text',
    },
    run(machine, given) {
      const { index } = adapterGiven(machine, given);
      const ip = given.required('IPAddress');
      if (machine.addresses.some((held) => held.ip === ip)) {
        throw new CmdletFailure(
          'Windows System Error 5010,New-NetIPAddress',
          `Instance MSFT_NetIPAddress already exists`,
        );
      }
      machine.addresses.push({ index, ip, prefixLength: given.number('PrefixLength') ?? 32 });
      const gateway = given.text('DefaultGateway');
      if (gateway !== undefined) machine.routes.push({ prefix: '0.0.0.0/0', nextHop: gateway, index, metric: 256 });
      return [];
    },
  },
  'Remove-NetIPAddress': {
    parameters: { InterfaceAlias: 'text', InterfaceIndex: 'number', IPAddress: 'text', Confirm: 'boolean' },
    run(machine, given) {
      const { index } = adapterGiven(machine, given);
      const ip = given.required('IPAddress');
      const at = machine.addresses.findIndex((held) => held.index === index && held.ip === ip);
      if (at < 0) throw notFound('MSFT_NetIPAddress', 'IPAddress', ip);
      machine.addresses.splice(at, 1);
      return [];
    },
  },
  'Get-DnsClientServerAddress': {
    parameters: { InterfaceIndex: 'number', AddressFamily: 'text' },
    run(machine, given) {
      const index = given.number('InterfaceIndex');
      return [...machine.dnsServers]
        .filter(([each]) => index === undefined || each === index)
        .map(([each, servers]) => ({ InterfaceIndex: each, ServerAddresses: servers }));
    },
  },
  'Set-DnsClientServerAddress': {
    parameters: { InterfaceAlias: 'text', InterfaceIndex: 'number', ServerAddresses: 'list' },
    run(machine, given) {
      machine.dnsServers.set(adapterGiven(machine, given).index, given.list('ServerAddresses'));
      return [];
    },
  },
  'Get-NetRoute': {
    parameters: { AddressFamily: 'text', InterfaceIndex: 'number', DestinationPrefix: 'text' },
    run(machine, given) {
      const index = given.number('InterfaceIndex');
      const prefix = given.text('DestinationPrefix');
      return machine.routes
        .filter((route) => (index ?? route.index) === route.index && (prefix ?? route.prefix) === route.prefix)
        .map((route) => ({
          DestinationPrefix: route.prefix,
          NextHop: route.nextHop,
          InterfaceIndex: route.index,
          InterfaceAlias: adapterAt(machine, route.index).name,
          RouteMetric: route.metric,
        }));
    },
  },
  'New-NetRoute': {
    parameters: {
      DestinationPrefix: 'text',
      InterfaceAlias: 'text',
      InterfaceIndex: 'number',
      NextHop: 'text',
      RouteMetric: 'number',
      PolicyStore: 'text',
    },
    run(machine, given) {
      const { index } = adapterGiven(machine, given);
      const prefix = given.required('DestinationPrefix');
      const nextHop = given.text('NextHop') ?? '0.0.0.0';
      if (
        machine.routes.some((route) => route.index === index && route.prefix === prefix && route.nextHop === nextHop)
      ) {
        throw new CmdletFailure('Windows System Error 87,New-NetRoute', 'Instance MSFT_NetRoute already exists');
      }
      machine.routes.push({ prefix, nextHop, index, metric: given.number('RouteMetric') ?? 256 });
      return [];
    },
  },
  'Remove-NetRoute': {
    parameters: {
      DestinationPrefix: 'text',
      InterfaceAlias: 'text',
      InterfaceIndex: 'number',
      NextHop: 'text',
      Confirm: 'boolean',
    },
    run(machine, given) {
      const { index } = adapterGiven(machine, given);
      const prefix = given.required('DestinationPrefix');
      const nextHop = given.text('NextHop');
      const at = machine.routes.findIndex(
        (route) => route.index === index && route.prefix === prefix && (nextHop ?? route.nextHop) === route.nextHop,
      );
      if (at < 0) throw notFound('MSFT_NetRoute', 'DestinationPrefix', prefix);
      machine.routes.splice(at, 1);
      return [];
    },
  },
};
