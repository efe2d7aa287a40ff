import { formatIp, ipEquals } from '@antrea-ts/net-types';
import type { Intent, Packet } from '@antrea-ts/policy/verdict';
import type { ServiceSpec } from '@antrea-ts/proxy';
import type { Api } from '../connection/api.js';
import { askAgents, type InstalledVerdict } from './ask-agents.js';
import { endText, findEnd, type End } from './ends.js';
import { keepsSource, seenAs, type Entry } from './enter-service.js';
import {
  agreementOf,
  agreementText,
  explainConnection,
  explanationValue,
  packetValue,
  portText,
  renderExplanation,
  type Agreement,
  type Explanation,
} from './explain-connection.js';
import { resolveService } from './resolve-service.js';

/** A connection to a Service: one explanation for each Endpoint that may get it. */
export interface ServiceExplanation {
  readonly from: End;
  readonly to: End;
  readonly service: ServiceSpec;
  /** Before translation. */
  readonly packet: Packet;
  readonly endpoints: readonly Explanation[];
  /** Where there is no Endpoint: the connection should be refused. */
  readonly refusal?: { readonly installed: InstalledVerdict; readonly agreement: Agreement };
}

/** What is asked about a Service; `entry`: of a client outside of the cluster, the Node by which it comes in. */
export interface ServiceQuestion extends Pick<ServiceExplanation, 'from' | 'to' | 'packet' | 'service'> {
  readonly entry?: Entry | undefined;
}

/** Judges what a Pod, its Node or the outside sends to a Service, after translation. */
export async function explainService(
  { from, to, packet, service, entry }: ServiceQuestion,
  intent: Intent,
  api: Api,
): Promise<ServiceExplanation> {
  const client = entry ? seenAs(from, entry, packet, service) : from;
  const node = entry?.name ?? from.node ?? '';
  const outside = entry && {
    isLocal: keepsSource(packet, service),
    isNodePort: entry.addresses.some((address) => ipEquals(address, packet.destination)),
  };
  const { endpoints, isInSwitch } = await resolveService(packet, service, { node, ...(outside && { outside }) }, api);
  const about = { from: client, to, service, packet };
  if (endpoints.length === 0) {
    // What the Node itself sends meets the switch only in some configurations.
    const installed: InstalledVerdict =
      isInSwitch === false || from.isOnHost || entry
        ? { nodes: [], unknown: [{ node, reason: 'kube-proxy may balance this, not the switch' }] }
        : await askAgents(packet, from, to, api);
    const { action } = installed;
    const differences =
      action === undefined || action === 'Reject' ? [] : [`${node}: its flows do not refuse it, but balance it`];
    return { ...about, endpoints: [], refusal: { installed, agreement: agreementOf(differences, installed) } };
  }
  const explanations: Explanation[] = [];
  // One after the other: each has agents read all flows of their switch.
  for (const { address, port } of endpoints) {
    const end = findEnd('to', address, intent);
    const source = client.addresses.find(({ family }) => family === packet.source.family) ?? packet.source;
    const translated = { ...packet, source, destination: end.addresses[0] ?? packet.destination, port };
    explanations.push(await explainConnection({ from: client, to: end, packet: translated }, intent, api));
  }
  return { ...about, endpoints: explanations };
}

/** All that was compared. */
export function comparedBy({ endpoints, refusal }: ServiceExplanation): readonly {
  readonly agreement: Agreement;
  readonly installed: InstalledVerdict;
}[] {
  return refusal ? [refusal] : endpoints;
}

/** For `-o json` and `-o yaml`. */
export function serviceValue(explanation: ServiceExplanation): object {
  const { from, service, packet, endpoints, refusal } = explanation;
  const agreements = comparedBy(explanation).map(({ agreement }) => agreement.agree);
  return {
    packet: packetValue(packet),
    service: { namespace: service.namespace, name: service.name },
    ...(from.enters === undefined ? {} : { via: from.enters }),
    agree: agreements.includes(false) ? false : agreements.includes(null) ? null : true,
    endpoints: endpoints.map(explanationValue),
    ...(refusal && {
      refused: {
        reason: refusedText(explanation),
        intent: { action: 'Reject' },
        installed: refusal.installed,
        differences: refusal.agreement.differences,
      },
    }),
  };
}

/** Other Nodes may have some, where traffic has to stay on its Node. */
function refusedText({ from, to }: ServiceExplanation): string {
  return `${to.name} has no Endpoints for ${from.enters ?? from.node}`;
}

/** For people: the Service, and a block for each Endpoint. */
export function renderService(explanation: ServiceExplanation, wide: boolean): string {
  const { from, to, packet, endpoints, refusal } = explanation;
  const head = `${endText(from, packet.source)} -> ${to.name} (${formatIp(packet.destination)}) ${portText(packet)}`;
  if (refusal) {
    const { installed, agreement } = refusal;
    return `${head}: refused, ${refusedText(explanation)}\n\n${agreementText('Reject', installed, agreement)}`;
  }
  const many = endpoints.length === 1 ? '1 Endpoint' : `${endpoints.length} Endpoints`;
  return [`${head}: ${many}\n`, ...endpoints.map((each) => renderExplanation(each, wide))].join('\n');
}
