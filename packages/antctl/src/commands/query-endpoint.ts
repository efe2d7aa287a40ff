import type { EndpointPolicies, EndpointQueryAnswer, EndpointRule } from '@antrea-ts/apis';
import { alignRows } from '../output/table.js';
import type { Command } from './command.js';

/** Which policies concern a Pod: those that apply to it, and rules that have it as a peer. */
export const queryEndpoint: Command = {
  path: ['query', 'endpoint'],
  aliases: ['endpoints'],
  summary: 'show the policies that apply to a Pod, and the rules that have it as a peer',
  flags: [
    { name: 'pod', short: 'p', value: 'POD', description: 'name of the Pod', required: true, parameter: 'pod' },
    {
      name: 'namespace',
      short: 'n',
      value: 'NAMESPACE',
      description: 'its Namespace; else default',
      parameter: 'namespace',
    },
  ],
  modes: ['controller', 'remote'],
  examples: ['antctl query endpoint -p web -n default'],
  async run({ flags: { pod, namespace } }, { api }) {
    const parameters = { pod, namespace };
    const answer = (await api.get({ from: 'controller', path: '/endpoint', parameters })) as EndpointQueryAnswer;
    return { value: answer, table: () => answer.endpoints.map(renderEndpoint).join('') };
  },
};

function renderEndpoint({ namespace, name, policies, rules }: EndpointPolicies): string {
  const ruleRows = (direction: EndpointRule['direction']): string[][] =>
    rules
      .filter((rule) => rule.direction === direction)
      .map((rule) => [rule.name, rule.namespace, String(rule.ruleindex), rule.uid]);
  const policyRows = policies.map((policy) => [policy.name, policy.namespace, policy.uid]);
  return [
    `Endpoint ${namespace}/${name}\n`,
    section('Applied Policies', ['Name', 'Namespace', 'UID'], policyRows),
    section('Egress Rules', ['Name', 'Namespace', 'Index', 'UID'], ruleRows('Out')),
    section('Ingress Rules', ['Name', 'Namespace', 'Index', 'UID'], ruleRows('In')),
  ].join('');
}

function section(title: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? `${title}: None\n\n` : `${title}:\n${alignRows([header, ...rows])}\n`;
}
