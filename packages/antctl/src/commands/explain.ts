import { isPort } from '@antrea-ts/net-types';
import { AntctlError } from '../errors.js';
import { findEnd, packetBetween, type AskedProtocol } from '../explain/ends.js';
import {
  explainConnection,
  explanationValue,
  failureOf,
  isJudged,
  renderExplanation,
} from '../explain/explain-connection.js';
import { comparedBy, explainService, renderService, serviceValue } from '../explain/explain-service.js';
import { findTarget } from '../explain/find-service.js';
import { readIntent } from '../explain/read-intent.js';
import { chooseEntry, readEntries } from '../explain/enter-service.js';
import { explanationColumns } from '../explain/render-explanation.js';
import type { Answer, Command, Invocation } from './command.js';

const protocols = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP', icmp: 'ICMP' } as const;

/** What becomes of a connection, by intent and by the installed flows, and whether both agree. */
export const explain: Command = {
  path: ['explain'],
  summary: 'show which policy, rule and flow decide about a connection, as it is meant and as it is installed',
  details:
    'By intent: from the objects of the cluster, every rule of which is looked at. By flows: the agents of the Nodes where the connection begins and ends follow its first packet through the flows that their switches have. Where both do not agree, it is said what is known of the reason.\n\nA Service, by its name or its address, is what its Endpoints are: those among which the Node where the connection begins chooses, each with a verdict of its own, at the port that it is translated to. One without Endpoints refuses. From an address outside of the cluster a Service is reached by a Node (`--via`), at its own addresses, external ones and node ports (`--to NODE-ADDRESS --port NODE-PORT`): Endpoints see the address of the gateway of that Node, or with externalTrafficPolicy Local the client. Whether the switch balances to these Endpoints is not looked at, only that it refuses where there are none.\n\nIt needs a kubeconfig: what users wrote, all of it, neither an agent nor the controller has. Beside an agent, `get networkpolicy -p` shows the policies of a Pod, and `trace-packet` what the switch does with a packet.\n\nExit codes: 0, both agree; 3, they do not; 1, one of them could not be had.',
  flags: [
    { name: 'from', value: 'PEER', description: 'NAMESPACE/POD, or an address', required: true },
    {
      name: 'to',
      value: 'PEER',
      description:
        'NAMESPACE/POD, NAMESPACE/SERVICE, or an address; pod/ or service/ before the name where both have it',
      required: true,
    },
    {
      name: 'proto',
      value: 'PROTOCOL',
      description: 'protocol, by default tcp',
      choices: Object.keys(protocols),
    },
    { name: 'port', value: 'PORT', description: 'port that is connected to; icmp has none, else 80 by default' },
    {
      name: 'via',
      value: 'NODE',
      description:
        'from outside to a Service: the Node by which the connection comes in; by default that of the address of --to, or the first',
    },
    {
      name: 'addressFamily',
      short: 'F',
      value: 'FAMILY',
      description: 'family of the addresses; by default the first that both have',
      choices: ['4', '6'],
    },
  ],
  modes: ['remote'],
  elsewhere:
    'It compares with what users wrote, all of it, which neither an agent nor the controller has. Beside an agent, get networkpolicy -p POD shows the policies of a Pod and trace-packet what the switch does with a packet',
  columns: explanationColumns,
  examples: [
    'antctl explain --from default/client --to default/web --port 80',
    'antctl explain --from default/client --to default/web-service --port 80',
    'antctl explain --from 203.0.113.9 --to default/web --proto udp --port 53 -o yaml',
    'antctl explain --from 203.0.113.9 --to default/web-service --via node-1 --port 80',
  ],
  async run(invocation, { api }) {
    const asked = readAsked(invocation);
    const intent = await readIntent(api);
    const from = findEnd('from', invocation.flags['from'] ?? '', intent);
    const entries = from.node === undefined ? await readEntries(api) : undefined;
    const outside = entries && { entries, asked };
    const { to, service, at, hint } = findTarget(invocation.flags['to'] ?? '', intent, outside);
    const { via } = invocation.flags;
    if (via !== undefined && !(entries && service)) {
      throw new AntctlError('usage', '--via: it is for what comes to a Service from outside of the cluster');
    }
    const about = { from, to, packet: packetBetween(from, to, asked) };
    if (service) {
      const entry = entries && chooseEntry(via, at, entries);
      const explanation = await explainService({ ...about, service, entry }, intent, api);
      return answer({
        value: serviceValue(explanation),
        table: ({ wide }) => renderService(explanation, wide),
        failure: failureOf(comparedBy(explanation)),
      });
    }
    const explanation = await explainConnection(about, intent, api);
    if (!isJudged(explanation)) {
      throw new AntctlError(
        'usage',
        `neither ${from.name} nor ${to.name} is a Pod with a network of its own: no policy judges it`,
      );
    }
    return answer({
      value: { ...explanationValue(explanation), ...(hint === undefined ? {} : { hint }) },
      table: ({ wide }) => `${renderExplanation(explanation, wide)}${hint === undefined ? '' : `\n${hint}\n`}`,
      failure: failureOf([explanation]),
    });
  },
};

function answer({ failure, ...rest }: Omit<Answer, 'failure'> & { failure: AntctlError | undefined }): Answer {
  return { ...rest, ...(failure && { failure }) };
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
