import { addAdapter, createModelMachine, type ModelMachine } from '@antrea-ts/host-windows/testing';
import { describe, expect, it } from 'vitest';
import type { Link } from './links.js';
import { planHost, renderNetfilter } from './plan-host.js';

const link = (name: string, change: Partial<Link> = {}): Link => ({
  name,
  index: 2,
  mac: '00:15:5d:00:00:04',
  mtu: 1500,
  up: true,
  addresses: [],
  ...change,
});

function machineWithCable(): ModelMachine {
  const machine = createModelMachine();
  const { index } = addAdapter(machine, 'Ethernet', { mac: '00-15-5D-00-00-04' });
  machine.addresses.push({ index, ip: '192.168.77.12', prefixLength: 24 });
  machine.routes.push({ prefix: '0.0.0.0/0', nextHop: '192.168.77.1', index, metric: 256 });
  return machine;
}

const defaultRoute = { prefix: '0.0.0.0/0', via: '192.168.77.1', device: 'Ethernet', metric: 256 };

describe('planHost', () => {
  it('gives the cable what the adapter has, and then finds nothing to do', () => {
    const machine = machineWithCable();
    expect(planHost(machine, [link('Ethernet')], [])).toEqual([
      'addr add 192.168.77.12/24 dev Ethernet',
      'route add 0.0.0.0/0 via 192.168.77.1 dev Ethernet metric 256 proto 187 onlink',
    ]);
    const done = [link('Ethernet', { addresses: ['192.168.77.12/24'] })];
    expect(planHost(machine, done, [defaultRoute])).toEqual([]);
  });

  it('leaves the address on the cable while the host’s adapter of the switch has it', () => {
    const machine = machineWithCable();
    const { index } = addAdapter(machine, 'vEthernet (Ethernet)', { virtual: true });
    for (const list of [machine.addresses, machine.routes]) list.splice(0, 1, { ...list[0]!, index } as never);
    const links = [link('Ethernet', { addresses: ['192.168.77.12/24'] })];
    expect(planHost(machine, links, [defaultRoute])).toEqual([]);
  });

  it('takes routes away before the addresses that Linux would drop them with', () => {
    const machine = machineWithCable();
    machine.addresses.length = 0;
    machine.routes.length = 0;
    expect(planHost(machine, [link('Ethernet', { addresses: ['192.168.77.12/24'] })], [defaultRoute])).toEqual([
      'route del 0.0.0.0/0 via 192.168.77.1 dev Ethernet metric 256 proto 187 onlink',
      'addr del 192.168.77.12/24 dev Ethernet',
    ]);
  });

  it('leaves alone what no adapter is for, and states no route over what is down', () => {
    const machine = machineWithCable();
    addAdapter(machine, 'antrea-gw0', { index: 9, status: 'Disabled' });
    machine.routes.push({ prefix: '10.10.1.0/24', nextHop: '10.10.1.1', index: 9, metric: 265 });
    const links = [
      link('lo', { addresses: ['127.0.0.1/8'] }),
      link('Ethernet', { addresses: ['192.168.77.12/24'] }),
      link('antrea-gw0', { up: false, mac: '00:15:5d:00:00:09' }),
    ];
    expect(planHost(machine, links, [defaultRoute])).toEqual([]);
  });
});

it('renderNetfilter: masquerades for NetNat, and hides the cable that the switch has taken', () => {
  const machine = createModelMachine();
  expect(renderNetfilter(machine)).not.toMatch(/-A /);
  machine.nats.set('antrea-nat', '10.10.2.0/24');
  const bound = { adapter: 'Ethernet', addresses: [], routes: [], dnsServers: undefined };
  machine.switches.set('antrea-hnsnetwork', { bound, allowManagementOs: true, softwareRsc: true });
  expect(renderNetfilter(machine)).not.toContain('DROP');
  machine.switches.set('antrea-hnsnetwork', { bound, allowManagementOs: false, softwareRsc: true });
  expect(
    renderNetfilter(machine)
      .split('\n')
      .filter((line) => line.startsWith('-A')),
  ).toEqual(['-A LAB-NETNAT -s 10.10.2.0/24 ! -d 10.10.2.0/24 -j MASQUERADE', '-A LAB-SWITCH -i Ethernet -j DROP']);
});
