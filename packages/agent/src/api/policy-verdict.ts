import { type FlowDecision, type FlowVerdict, tableDisplayName } from '@antrea-ts/apis';
import { ipEquals, tryParseIp, type IpAddress } from '@antrea-ts/net-types';
import { formatFlow, type Flow } from '@antrea-ts/openflow';
import type { OpenFlowConnection } from '@antrea-ts/ovs';
import { virtualMac, type NodeProfile } from '@antrea-ts/pipeline';
import {
  FlowEvaluator,
  isRejected,
  policyDecisions,
  type EvaluatedPacket,
  type Evaluation,
  type PolicyDecision,
} from '@antrea-ts/pipeline/evaluator';
import type { RuleText } from '@antrea-ts/policy';
import { errorMessage, HttpError, queryParameters, type Router } from '@antrea-ts/runtime';
import type { PodPort } from '../pods/pod-store.js';

/** What a verdict has to know of the Node. */
export interface VerdictNode {
  readonly name: string;
  readonly profile: () => NodeProfile;
  readonly pods: () => readonly PodPort[];
  readonly connection: Pick<OpenFlowConnection, 'dumpFlows'>;
  /** The rule that a conjunction id stands for. */
  readonly ruleOf: (conjunctionId: number) => RuleText | undefined;
}

const protocols: Readonly<Record<string, { readonly ipv4: number; readonly ipv6: number }>> = {
  tcp: { ipv4: 6, ipv6: 6 },
  udp: { ipv4: 17, ipv6: 17 },
  sctp: { ipv4: 132, ipv6: 132 },
  icmp: { ipv4: 1, ipv6: 58 },
};
/** Where a packet comes from that no Pod of this Node sends. */
const origins = ['peer', 'node', 'outside'] as const;
type Origin = (typeof origins)[number];

interface Question {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly protocol: string;
  readonly port: number | undefined;
  readonly origin: Origin;
}

/**
 * Adds `/policyverdict`: what the installed flows make of the first packet of a connection, which flow decides, and for
 * which rule it was made. The flows are read from the switch and followed in software: unlike a trace that tells the
 * conjunction, and through it the rule. `/ovstracing` has the switch's own word.
 */
export function routePolicyVerdict(router: Router, node: VerdictNode): void {
  router.get('/policyverdict', async ({ query, signal }) => {
    const question = readQuestion(query);
    const flows = await node.connection.dumpFlows({}, { signal }).catch((cause: unknown) => {
      throw new HttpError(500, `OVS flow dumping failed: ${errorMessage(cause)}`, { cause });
    });
    return { body: { json: verdictOf(question, flows, node) } };
  });
}

/** What flows make of a packet. */
export function verdictOf(question: Question, flows: readonly Flow[], node: VerdictNode): FlowVerdict {
  const evaluation = new FlowEvaluator(flows).evaluate(packetOf(question, node));
  const end = evaluation.path.at(-1);
  return {
    node: node.name,
    action: actionOf(evaluation),
    decisions: policyDecisions(evaluation).map((decision) => describe(decision, node)),
    // A rule that denies leads to the flow that counts it.
    ...(evaluation.outputs.length > 0 || !end
      ? {}
      : { droppedAt: end.found ? formatFlow(end.found.flow) : `table=${end.table}: no flow matches` }),
  };
}

function readQuestion(query: URLSearchParams): Question {
  const given = queryParameters(query, ['source', 'destination', 'protocol', 'port', 'origin']);
  const address = (name: 'source' | 'destination'): IpAddress => {
    const read = tryParseIp(given[name] ?? '');
    if (read) return read;
    throw new HttpError(400, `${name}: ${JSON.stringify(given[name] ?? '')} is no IP address`);
  };
  const [source, destination] = [address('source'), address('destination')];
  if (source.family !== destination.family) {
    throw new HttpError(400, 'destination: it is of another family than source');
  }
  const { protocol = 'tcp', origin = 'outside', port: text } = given;
  if (!Object.hasOwn(protocols, protocol)) {
    throw new HttpError(400, `protocol: ${JSON.stringify(protocol)} is none of ${Object.keys(protocols).join(', ')}`);
  }
  if (!isOrigin(origin)) {
    throw new HttpError(400, `origin: ${JSON.stringify(origin)} is none of ${origins.join(', ')}`);
  }
  const port = text === undefined ? undefined : Number(text);
  if (text !== undefined && (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)) {
    throw new HttpError(400, `port: ${JSON.stringify(text)} is no port`);
  }
  if ((port === undefined) !== (protocol === 'icmp')) {
    throw new HttpError(400, 'port: tcp, udp and sctp need one, icmp has none');
  }
  return { source, destination, protocol, port, origin };
}

function isOrigin(text: string): text is Origin {
  return (origins as readonly string[]).includes(text);
}

/** Where the packet comes in: from a Pod here, else as its origin says. */
function packetOf({ source, destination, protocol, port, origin }: Question, node: VerdictNode): EvaluatedPacket {
  const { gateway, tunnelOfPort, mode, proxyAll } = node.profile();
  const podAt = (address: IpAddress): PodPort | undefined =>
    node.pods().find(({ addresses }) => addresses.some((each) => ipEquals(each, address)));
  const from = origin === 'node' ? undefined : podAt(source);
  const isTunnelled = !from && origin === 'peer' && tunnelOfPort !== undefined && mode === 'encap';
  const own = gateway.addresses.find(({ family }) => family === source.family);
  // The host gives clients of Services this address, and the switch has chosen the Endpoint then.
  const isToService = proxyAll && origin === 'outside' && own !== undefined && ipEquals(source, own);
  const icmp = { icmpType: source.family === 'ipv4' ? 8 : 128 };
  return {
    inPort: from?.ofPort ?? (isTunnelled ? tunnelOfPort : gateway.ofPort),
    sourceMac: from?.mac ?? (isTunnelled ? virtualMac : gateway.mac),
    destinationMac: isTunnelled ? virtualMac : (podAt(destination)?.mac ?? gateway.mac),
    // What a Node sends to its own Pods has the address of its gateway.
    source: origin === 'node' ? (own ?? source) : source,
    destination,
    protocol: protocols[protocol]![source.family],
    ...(port === undefined ? icmp : { sourcePort: 40_000, destinationPort: port }),
    ...(origin === 'node' ? { packetMark: 1 } : {}),
    ...(isToService ? { isToEndpoint: true } : {}),
  };
}

function actionOf(evaluation: Evaluation): FlowVerdict['action'] {
  if (evaluation.outputs.length > 0) return 'Allow';
  return isRejected(evaluation) ? 'Reject' : 'Drop';
}

function describe({ direction, by, conjunctionId, flow, table }: PolicyDecision, node: VerdictNode): FlowDecision {
  const rule = conjunctionId === undefined ? undefined : node.ruleOf(conjunctionId);
  return {
    direction,
    by,
    table: tableDisplayName(table),
    flow: formatFlow(flow),
    ...(conjunctionId === undefined ? {} : { conjunctionId }),
    ...(rule && {
      rule: {
        policy: rule.policy,
        action: rule.action,
        ...(rule.name === '' ? {} : { name: rule.name }),
        ...(rule.priority && {
          tierPriority: rule.priority.tier,
          priority: rule.priority.policy,
          index: rule.priority.rule,
        }),
      },
    }),
  };
}
