import { formatIp } from '@antrea-ts/net-types';
import { judge, type Intent, type Packet, type Verdict } from '@antrea-ts/policy/verdict';
import type { Api } from '../connection/api.js';
import { AntctlError } from '../errors.js';
import { askAgents, type InstalledVerdict } from './ask-agents.js';
import { differencesOf, pairDecisions, realisationOf } from './compare.js';
import { endText, type End } from './ends.js';
import { renderDecisions } from './render-explanation.js';

/** One connection, and what both sides say of it. */
export interface Explanation {
  readonly from: End;
  readonly to: End;
  readonly packet: Packet;
  readonly intent: Verdict;
  readonly installed: InstalledVerdict;
  readonly agreement: Agreement;
  /** What is known of the policies behind the differences. */
  readonly known: readonly string[];
}

/** Whether what is installed is what is meant. */
export interface Agreement {
  /** `null`: not known, since an agent could not be asked. */
  readonly agree: boolean | null;
  readonly differences: readonly string[];
}

/** Differences are certain even where not all agents could be asked. */
export function agreementOf(differences: readonly string[], { action }: InstalledVerdict): Agreement {
  return { agree: differences.length > 0 ? false : action === undefined ? null : true, differences };
}

/** Judges a connection by intent, and by the flows of the Nodes on its way. */
export async function explainConnection(
  { from, to, packet }: Pick<Explanation, 'from' | 'to' | 'packet'>,
  intent: Intent,
  api: Api,
): Promise<Explanation> {
  const verdict = judge(packet, intent);
  const installed = await askAgents(packet, from, to, api);
  const agreement = agreementOf(differencesOf(verdict, installed), installed);
  const known = agreement.differences.length > 0 ? realisationOf(verdict, intent) : [];
  return { from, to, packet, intent: verdict, installed, agreement, known };
}

/** Whether a Pod with a network of its own is at one of the ends. */
export function isJudged({ intent: { egress, ingress } }: Explanation): boolean {
  return egress !== undefined || ingress !== undefined;
}

/** For `-o json` and `-o yaml`. */
export function explanationValue({ packet, intent, installed, agreement, known }: Explanation): object {
  const { agree, differences } = agreement;
  return { packet: packetValue(packet), agree, intent, installed, differences, known };
}

/** A packet, with its addresses in text. */
export function packetValue({ source, destination, protocol, port }: Packet): object {
  return {
    source: formatIp(source),
    destination: formatIp(destination),
    protocol,
    ...(port === undefined ? {} : { port }),
  };
}

/** For people: what it is about, the decisions, and whether they agree. */
export function renderExplanation(explanation: Explanation, wide: boolean): string {
  const { from, to, packet, intent, installed, agreement, known } = explanation;
  return [
    `${endText(from, packet.source)} -> ${endText(to, packet.destination)} ${portText(packet)}\n\n`,
    renderDecisions(pairDecisions(intent, installed), wide),
    `\n${agreementText(intent.action, installed, agreement)}`,
    ...known.map((each) => `  ${each}\n`),
  ].join('');
}

/** `TCP/80`. */
export function portText({ protocol, port }: Pick<Packet, 'protocol' | 'port'>): string {
  return `${protocol}${port === undefined ? '' : `/${port}`}`;
}

/** What both sides say in the end, and how they differ. */
export function agreementText(meant: string, { action }: InstalledVerdict, { agree, differences }: Agreement): string {
  const conclusion =
    agree === null ? 'It is not known whether they agree.' : agree ? 'They agree.' : 'They do not agree.';
  return [
    `Intent: ${meant}. Installed flows: ${action ?? 'unknown'}. ${conclusion}\n`,
    ...differences.map((difference) => `  ${difference}\n`),
  ].join('');
}

/** Why antctl's exit code is not 0, over everything that was asked. */
export function failureOf(
  asked: readonly { readonly agreement: Agreement; readonly installed: InstalledVerdict }[],
): AntctlError | undefined {
  if (asked.some(({ agreement }) => agreement.agree === false)) {
    return new AntctlError('disagreement', 'what is meant and what is installed do not agree');
  }
  if (asked.every(({ agreement }) => agreement.agree)) return undefined;
  const reasons = asked.flatMap(({ installed }) => installed.unknown.map(({ node, reason }) => `${node}: ${reason}`));
  return new AntctlError('request', `not all agents could be asked: ${[...new Set(reasons)].join('; ')}`);
}
