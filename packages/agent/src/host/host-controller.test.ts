import { addMemoryInterface, createMemoryHost, type MemoryHost } from '@antrea-ts/host/testing';
import { parseCidr, parseInterfaceAddress } from '@antrea-ts/net-types';
import { FakeClock } from '@antrea-ts/reconcile/testing';
import { silentLogger } from '@antrea-ts/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HostController } from './host-controller.js';
import type { DesiredHostState } from './host-state.js';

const podCidr = parseCidr('10.10.1.0/24');
const rules = {
  families: ['ipv4'],
  gatewayName: 'antrea-gw0',
  localPodCidrs: [podCidr],
  clusterPodCidrs: [podCidr],
  masquerade: true,
  egress: [],
  restoreEksMark: false,
} as const;
const gateway = { name: 'antrea-gw0', mtu: 1450, addresses: [parseInterfaceAddress('10.10.1.1/24')] };

let host: MemoryHost;
let clock: FakeClock;
let desired: DesiredHostState;
let controller: HostController;
let rulesSeen: number;

beforeEach(async () => {
  host = createMemoryHost();
  addMemoryInterface(host.machine, gateway.name);
  clock = new FakeClock();
  desired = { gateway, featureInterfaces: [], routes: new Map(), trafficRules: rules };
  rulesSeen = 0;
  const { trafficRules } = host;
  const ensure: typeof trafficRules.ensure = (...args) => {
    rulesSeen += 1;
    return trafficRules.ensure(...args);
  };
  const watched = { ...host, trafficRules: { ...trafficRules, ensure } };
  controller = new HostController({ desired: () => desired }, { host: watched, logger: silentLogger, clock });
  controller.start();
  await controller.firstPass;
});
afterEach(() => controller.stop());

function gatewayOfHost() {
  return host.machine.interfaces.get(gateway.name);
}

it('makes gateway and rules so', () => {
  expect(gatewayOfHost()).toMatchObject({ mtu: 1450, addresses: gateway.addresses });
  expect(host.machine.trafficRules).toEqual(rules);
});

it('repairs the gateway when the kernel tells of a change, and leaves rules alone', async () => {
  for (let pod = 0; pod < 10; pod += 1) {
    host.machine.interfaces.set(gateway.name, { ...gatewayOfHost()!, mtu: 1_500 });
    host.machine.changed('links');
    await clock.advance(300);
    expect(gatewayOfHost()?.mtu).toBe(1_450);
  }
  expect(rulesSeen).toBe(1);
});

it('repairs rules within half a minute, however often interfaces change', async () => {
  host.machine.trafficRules = undefined;
  for (let second = 0; second < 30; second += 1) {
    host.machine.changed('links');
    await clock.advance(1_000);
  }
  expect(host.machine.trafficRules).toEqual(rules);
});

it('makes rules anew at once when they are wanted otherwise', async () => {
  desired = { ...desired, trafficRules: { ...rules, masquerade: false } };
  controller.changed();
  await clock.advance(0);
  expect(host.machine.trafficRules?.masquerade).toBe(false);
});

it('names the problem of either part until it is solved', async () => {
  host.faults.failNext('trafficRules.ensure', new Error('no iptables'));
  host.faults.failNext('ensureGateway', new Error('no gateway'));
  controller.changed();
  await clock.advance(0);
  expect(controller.problem).toBe('no gateway; no iptables');
  await clock.advance(500);
  expect(controller.problem).toBeUndefined();
});
