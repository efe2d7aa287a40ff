import { formatIp, isPort } from '@antrea-ts/net-types';
import { judge } from '@antrea-ts/policy/verdict';
import { AntctlError } from '../errors.js';
import { askAgents } from '../explain/ask-agents.js';
import { differencesOf, pairDecisions, realisationOf } from '../explain/compare.js';
import { endText, findEnd, packetBetween, type AskedProtocol } from '../explain/ends.js';
import { readIntent } from '../explain/read-intent.js';
import { explanationColumns, renderDecisions } from '../explain/render-explanation.js';
import type { Command, Invocation } from './command.js';

const protocols = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP', icmp: 'ICMP' } as const;

/** What becomes of a connection, by intent and by the installed flows, and whether both agree. */
export const explain: Command = {
  path: ['explain'],
  summary: 'show which policy, rule and flow decide about a connection, as it is meant and as it is installed',
  details:
    'By intent: from the objects of the cluster, every rule of which is looked at. By flows: the agents of the Nodes where the connection begins and ends follow its first packet through the flows that their switches have. Where both do not agree, it is said what is known of the reason.\n\nExit codes: 0, both agree; 3, they do not; 1, one of them could not be had.',
  flags: [
    { name: 'from', value: 'PEER', description: 'NAMESPACE/POD, or an address', required: true },
    { name: 'to', value: 'PEER', description: 'NAMESPACE/POD, or an address', required: true },
    {
      name: 'proto',
      value: 'PROTOCOL',
      description: 'protocol, by default tcp',
      choices: Object.keys(protocols),
    },
    { name: 'port', value: 'PORT', description: 'port that is connected to; icmp has none, else 80 by default' },
    {
      name: 'addressFamily',
      short: 'F',
      value: 'FAMILY',
      description: 'family of the addresses; by default the first that both have',
      choices: ['4', '6'],
    },
  ],
  modes: ['remote'],
  columns: explanationColumns,
  examples: [
    'antctl explain --from default/client --to default/web --port 80',
    'antctl explain --from 203.0.113.9 --to default/web --proto udp --port 53 -o yaml',
  ],
  async run(invocation, { api }) {
    const asked = readAsked(invocation);
    const intent = await readIntent(api);
    const from = findEnd('from', invocation.flags['from'] ?? '', intent);
    const to = findEnd('to', invocation.flags['to'] ?? '', intent);
    const packet = packetBetween(from, to, asked);
    const verdict = judge(packet, intent);
    if (!verdict.egress && !verdict.ingress) {
      throw new AntctlError(
        'usage',
        `neither ${from.name} nor ${to.name} is a Pod with a network of its own: no policy judges it`,
      );
    }
    const installed = await askAgents(packet, from, to, api);
    const pairs = pairDecisions(verdict, installed);
    const differences = differencesOf(verdict, installed);
    const known = differences.length > 0 ? realisationOf(verdict, intent) : [];
    const agree = differences.length > 0 ? false : installed.action === undefined ? null : true;
    const { source, destination, protocol, port } = packet;
    const failure = failureOf(agree, installed.unknown);
    return {
      value: {
        packet: {
          source: formatIp(source),
          destination: formatIp(destination),
          protocol,
          ...(port === undefined ? {} : { port }),
        },
        agree,
        intent: verdict,
        installed,
        differences,
        known,
      },
      table: ({ wide }) =>
        [
          `${endText(from, source)} -> ${endText(to, destination)} ${protocol}${port === undefined ? '' : `/${port}`}\n\n`,
          renderDecisions(pairs, wide),
          `\nIntent: ${verdict.action}. Installed flows: ${installed.action ?? 'unknown'}. `,
          agree === null ? 'It is not known whether they agree.\n' : agree ? 'They agree.\n' : 'They do not agree.\n',
          ...differences.map((difference) => `  ${difference}\n`),
          ...known.map((each) => `  ${each}\n`),
        ].join(''),
      ...(failure && { failure }),
    };
  },
};

function failureOf(
  agree: boolean | null,
  unknown: readonly { readonly node: string; readonly reason: string }[],
): AntctlError | undefined {
  if (agree === false) return new AntctlError('disagreement', 'what is meant and what is installed do not agree');
  if (agree) return undefined;
  const reasons = unknown.map(({ node, reason }) => `${node}: ${reason}`);
  return new AntctlError('request', `not all agents could be asked: ${reasons.join('; ')}`);
}

function readAsked({ flags: { proto = 'tcp', port, addressFamily } }: Invocation): AskedProtocol {
  const number = port === undefined ? undefined : Number(port);
  if (number !== undefined && !(isPort(number) && /^\d+$/.test(port ?? ''))) {
    throw new AntctlError('usage', `--port ${port}: it must be a number from 0 to 65535`);
  }
  if (proto === 'icmp' && number !== undefined) throw new AntctlError('usage', '--port has no meaning for icmp');
  return {
    protocol: protocols[proto as keyof typeof protocols],
    port: proto === 'icmp' ? undefined : (number ?? 80),
    family: addressFamily === undefined ? undefined : `ipv${addressFamily as '4' | '6'}`,
  };
}
