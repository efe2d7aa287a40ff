import type { OvsTracingResult } from '@antrea-ts/apis';
import type { Command, Flag } from './command.js';

const flags: readonly Flag[] = [
  {
    name: 'source',
    short: 'S',
    value: 'PEER',
    description: 'NAMESPACE/POD, an address, or a port of the bridge',
    parameter: 'source',
  },
  {
    name: 'destination',
    short: 'D',
    value: 'PEER',
    description: 'NAMESPACE/POD, NAMESPACE/SERVICE, an address, or a port of the bridge',
    parameter: 'destination',
  },
  {
    name: 'port',
    short: 'p',
    value: 'PORT',
    description: 'port of the bridge that the packet comes in by; else that of the source',
    parameter: 'port',
  },
  {
    name: 'flow',
    short: 'f',
    value: 'FLOW',
    description: 'what else is in the packet, such as tcp,tcp_dst=80',
    parameter: 'flow',
  },
  {
    name: 'addressFamily',
    short: 'F',
    value: 'FAMILY',
    description: 'family of the addresses',
    choices: ['4', '6'],
    parameter: 'addressFamily',
  },
];

/** What the switch would do with a packet, in its own words. */
export const tracePacket: Command = {
  path: ['trace-packet'],
  summary: "show what a Node's switch would do with a packet",
  flags,
  modes: ['agent'],
  examples: [
    'antctl trace-packet -S default/web -D default/db -f tcp,tcp_dst=80',
    'antctl trace-packet -p antrea-gw0 -D 10.10.1.5 -f icmp',
  ],
  async run({ flags: given }, { api }) {
    const parameters = Object.fromEntries(flags.map(({ name, parameter = name }) => [parameter, given[name]]));
    const traced = (await api.get({ from: 'agent', path: '/ovstracing', parameters })) as OvsTracingResult;
    return { value: traced, table: () => traced.result };
  },
};
