import { tableIds } from '@antrea-ts/apis';
import type { Action, FieldMatch, Instruction } from '@antrea-ts/openflow';
import { ipProtocols, parseIp, type IpAddress, type IpFamily } from '@antrea-ts/net-types';
import type { Endpoint, Frontend, ServicePort, ServiceProtocol } from '@antrea-ts/proxy';
import { fromIp, ofFamily, priority, toIp, type FlowSpec } from '../../flow-builder.js';
import { cookie } from '../../cookie.js';
import {
  controllerReason,
  ctMark,
  ctZone,
  load,
  packetSource,
  registerIs,
  registers,
  serviceState,
} from '../../registers.js';
import { type Layout } from '../../tables.js';
import { hairpinAddresses } from '../connection.js';
import { markedByPort } from './udp-hash.js';
import { policyMeter } from '../network-policy/action-flows.js';

/** What of an agent shows in the flows of Services. */
export interface ServiceSettings {
  /** Whom packets without Endpoint are sent to, to be answered. */
  readonly controllerId: number;
  /** They pass a meter, which has to be there before them. */
  readonly meters: boolean;
}

type PortOf = Pick<ServicePort, 'family' | 'protocol'>;

/** What only counts for packets from the gateway comes before what counts for all. */
function scopeOf({ fromOutside }: Pick<ServicePort, 'fromOutside'>) {
  if (!fromOutside) return { match: [], choose: priority.normal, learn: priority.low };
  return {
    match: [registerIs(registers.packetSource, packetSource.gateway)],
    choose: priority.high,
    learn: priority.invalid,
  };
}

const ethernetTypes: Readonly<Record<IpFamily, number>> = { ipv4: 0x0800, ipv6: 0x86dd };
const portFields: Readonly<Record<ServiceProtocol, { readonly match: string; readonly learn: string }>> = {
  TCP: { match: 'tcp_dst', learn: 'tcp_dst' },
  UDP: { match: 'udp_dst', learn: 'udp_dst' },
  SCTP: { match: 'sctp_dst', learn: 'sctp_dst' },
};

function toFrontend({ protocol }: PortOf, { address, port }: Frontend): FieldMatch[] {
  return [
    ...toIp(parseIp(address)),
    { field: 'nw_proto', value: ipProtocols[protocol] },
    { field: portFields[protocol].match, value: port },
  ];
}

/** New connections to a frontend: an Endpoint is chosen, and with affinity remembered for the client. */
export function balancedSpecs(port: ServicePort, group: number, round: number): FlowSpec[] {
  const { affinitySeconds } = port;
  const state = affinitySeconds === undefined ? serviceState.selected : serviceState.toLearn;
  const scope = scopeOf(port);
  return port.frontends.flatMap((frontend) => {
    const match = [...scope.match, ...toFrontend(port, frontend)];
    const choose: FlowSpec = {
      table: 'ServiceLB',
      priority: scope.choose,
      match: [registerIs(registers.serviceState, serviceState.toSelect), ...match],
      actions: [
        load(registers.serviceState, state),
        load(registers.rewriteMac, 1),
        ...markedByPort(port),
        { kind: 'group', group },
      ],
    };
    if (affinitySeconds === undefined) return [choose];
    const learn: FlowSpec = {
      table: 'ServiceLB',
      priority: scope.learn,
      // Learned flows have the same cookie, and go when this one goes.
      object: group,
      match: [registerIs(registers.serviceState, serviceState.toLearn), ...match],
      actions: [
        learnAction(port, affinitySeconds, cookie(round, 'Service', group)),
        load(registers.serviceState, serviceState.selected),
      ],
      goto: 'EndpointDNAT',
    };
    return [choose, learn];
  });
}

/** A flow in table 40: this client's next connection to this frontend gets the same Endpoint. */
function learnAction({ family, protocol }: PortOf, hardTimeout: number, learnedCookie: bigint): Action {
  const [prefix, bits] = family === 'ipv4' ? (['nw', 32] as const) : (['ipv6', 128] as const);
  const endpoint = family === 'ipv4' ? registers.endpointIpv4 : registers.endpointIpv6;
  const whole = (field: string, width: number) => ({ field, offset: 0, bits: width });
  const same = (field: string, width: number) => ({
    kind: 'match' as const,
    src: whole(field, width),
    dst: whole(field, width),
  });
  return {
    kind: 'learn',
    table: tableIds.SessionAffinity,
    priority: priority.normal,
    cookie: learnedCookie,
    hardTimeout,
    deleteLearned: true,
    specs: [
      { kind: 'match_value', value: ethernetTypes[family], dst: whole('dl_type', 16) },
      { kind: 'match_value', value: ipProtocols[protocol], dst: whole('nw_proto', 8) },
      same(portFields[protocol].learn, 16),
      same(`${prefix}_dst`, bits),
      same(`${prefix}_src`, bits),
      { kind: 'load', src: endpoint, dst: endpoint },
      { kind: 'load', src: registers.endpointPort, dst: registers.endpointPort },
      { kind: 'load_value', value: serviceState.selected, dst: registers.serviceState },
      { kind: 'load_value', value: 1, dst: registers.rewriteMac },
    ],
  };
}

/** Nobody serves: the agent answers, so that clients need not wait. */
export function refusedSpecs(port: ServicePort, { controllerId, meters }: ServiceSettings): FlowSpec[] {
  const metered: Instruction[] = meters ? [{ kind: 'meter', meter: policyMeter.meter }] : [];
  const scope = scopeOf(port);
  return port.frontends.map((frontend) => ({
    table: 'ServiceLB',
    priority: scope.choose,
    match: [registerIs(registers.serviceState, serviceState.toSelect), ...scope.match, ...toFrontend(port, frontend)],
    first: metered,
    actions: [
      load(registers.controllerReason, controllerReason.reject),
      { kind: 'controller', maxLength: 128, controllerId, reason: 'no_match' },
    ],
  }));
}

/** Connections that chose an Endpoint go to it; those that reach their own sender get another source. */
export function endpointSpecs(of: PortOf, endpoint: Endpoint, layout: Layout): FlowSpec[] {
  const address = parseIp(endpoint.address);
  const specs: FlowSpec[] = [
    {
      table: 'EndpointDNAT',
      priority: priority.normal,
      match: [
        ofFamily(of.family),
        { field: 'nw_proto', value: ipProtocols[of.protocol] },
        ...chose(address),
        registerIs(registers.endpointAndState, serviceState.selected * 0x10000 + endpoint.port),
      ],
      actions: [
        {
          kind: 'ct',
          commit: true,
          zone: ctZone[of.family],
          table: tableIds[layout.egressEntry],
          nat: {
            kind: 'nat',
            direction: 'dst',
            range: { family: of.family, addressMin: address.value, portMin: endpoint.port },
          },
          exec: [{ kind: 'reg_load', dst: { field: 'ct_mark', offset: 0, bits: 32 }, value: ctMark.service }],
        },
      ],
    },
  ];
  return endpoint.isLocal ? [...specs, hairpinSpec(address)] : specs;
}

function hairpinSpec(address: IpAddress): FlowSpec {
  const { family } = address;
  return {
    table: 'HairpinSNAT',
    priority: priority.normal,
    match: [...fromIp(address), ...toIp(address).slice(1)],
    actions: [
      {
        kind: 'set_field',
        field: family === 'ipv4' ? 'nw_src' : 'ipv6_src',
        value: hairpinAddresses[family].value,
      },
      load(registers.hairpin, 1),
    ],
    goto: 'Output',
  };
}

/** IPv6 by its four registers, as Open vSwitch tells such matches. */
function chose(address: IpAddress): FieldMatch[] {
  if (address.family === 'ipv4') return [registerIs(registers.endpointIpv4, address.value)];
  return [96n, 64n, 32n, 0n].map((shift, index) => ({
    field: `reg${12 + index}`,
    value: Number(BigInt.asUintN(32, address.value >> shift)),
  }));
}
