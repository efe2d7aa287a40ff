import { formatIp } from '@antrea-ts/net-types';
import type { Intent, Packet } from '@antrea-ts/policy/verdict';
import type { ServiceSpec } from '@antrea-ts/proxy';
import type { Api } from '../connection/api.js';
import { AntctlError } from '../errors.js';
import { askAgents, type InstalledVerdict } from './ask-agents.js';
import { endText, findEnd, type End } from './ends.js';
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

/** Judges what a Pod, or its Node, sends to a Service, after translation. */
export async function explainService(
  { from, to, packet, service }: Pick<ServiceExplanation, 'from' | 'to' | 'packet' | 'service'>,
  intent: Intent,
  api: Api,
): Promise<ServiceExplanation> {
  if (from.node === undefined) {
    throw new AntctlError(
      'usage',
      `--from ${from.name}: it is no Pod, and from outside any Node may be the one that balances ${to.name}; name a Pod behind it`,
    );
  }
  const { endpoints, isInSwitch } = await resolveService(packet, service, from.node, api);
  const about = { from, to, service, packet };
  if (endpoints.length === 0) {
    // What the Node itself sends meets the switch only in some configurations.
    const installed: InstalledVerdict =
      isInSwitch === false || from.isOnHost
        ? { nodes: [], unknown: [{ node: from.node, reason: 'kube-proxy may balance this, not the switch' }] }
        : await askAgents(packet, from, to, api);
    const { action } = installed;
    const differences =
      action === undefined || action === 'Reject' ? [] : [`${from.node}: its flows do not refuse it, but balance it`];
    return { ...about, endpoints: [], refusal: { installed, agreement: agreementOf(differences, installed) } };
  }
  const explanations: Explanation[] = [];
  // One after the other: each has agents read all flows of their switch.
  for (const { address, port } of endpoints) {
    const end = findEnd('to', address, intent);
    const translated = { ...packet, destination: end.addresses[0] ?? packet.destination, port };
    explanations.push(await explainConnection({ from, to: end, packet: translated }, intent, api));
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
  const { service, packet, endpoints, refusal } = explanation;
  const agreements = comparedBy(explanation).map(({ agreement }) => agreement.agree);
  return {
    packet: packetValue(packet),
    service: { namespace: service.namespace, name: service.name },
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
  return `${to.name} has no Endpoints for ${from.node}`;
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
