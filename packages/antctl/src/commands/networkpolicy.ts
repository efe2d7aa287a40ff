import type { ControlplaneGroup, ControlplaneNetworkPolicy, NetworkPolicyReference } from '@antrea-ts/apis';
import { AntctlError } from '../errors.js';
import type { CommandContext, Flag, Invocation } from './command.js';
import { resourceCommand, type Source } from './resource-command.js';
import { appliedToGroupsOf, policyTypes, selectPolicies } from './select-policies.js';
import { policyOrders, sortPolicies } from './sort-policies.js';
import { controlplaneSources } from './sources.js';

const flags: readonly Flag[] = [
  {
    name: 'sort-by',
    value: 'ORDER',
    description: 'effectivePriority: in the order in which they decide; else by name',
    choices: policyOrders,
  },
  {
    name: 'source',
    short: 'S',
    value: 'NAME',
    description: 'only those made from what has this name',
    parameter: 'source',
  },
  {
    name: 'namespace',
    short: 'n',
    value: 'NAMESPACE',
    description: 'only those made from what is in it; with --pod, the Namespace of the Pod',
    parameter: 'namespace',
  },
  { name: 'pod', short: 'p', value: 'POD', description: 'only those that apply to the Pod', parameter: 'pod' },
  {
    name: 'type',
    short: 'T',
    value: 'TYPE',
    description: 'only those made from this kind',
    choices: Object.keys(policyTypes),
    parameter: 'type',
  },
];

export const networkPolicy = resourceCommand<ControlplaneNetworkPolicy>({
  path: ['get', 'networkpolicy'],
  aliases: ['networkpolicies', 'netpol'],
  summary: 'show policies as they are computed; an agent has those of its Node',
  argument: { name: 'NAME', description: 'name of the computed policy: the UID of what it was made from' },
  flags,
  sources: controlplaneSources('networkpolicies'),
  check: checkFlags,
  arrange: async (policies, invocation, context) =>
    sortPolicies(await selected(policies, invocation, context), invocation.flags['sort-by']),
  keepOrder: true,
  columns: [
    { name: 'NAME', cell: ({ metadata }) => metadata.name },
    { name: 'APPLIED-TO', cell: appliedToGroupsOf },
    { name: 'RULES', cell: ({ rules = [] }) => rules.length },
    { name: 'SOURCE', cell: ({ sourceRef }) => sourceText(sourceRef) },
    { name: 'TIER-PRIORITY', cell: ({ tierPriority }) => tierPriority },
    { name: 'PRIORITY', cell: ({ priority }) => priority },
    {
      name: 'ADDRESS-GROUPS',
      wide: true,
      cell: ({ rules = [] }) => [
        ...new Set(rules.flatMap(({ from, to }) => [from, to].flatMap((peer) => peer?.addressGroups ?? []))),
      ],
    },
  ],
  examples: [
    'antctl get networkpolicy --sort-by effectivePriority',
    'antctl get networkpolicy -p web -n default',
    'antctl get networkpolicy -T ACNP -S deny-all -o yaml',
  ],
});

function checkFlags({ argument, flags: { source, namespace, pod, type } }: Invocation): void {
  if (pod !== undefined && namespace === undefined) {
    throw new AntctlError('usage', `--pod ${pod}: say also in which Namespace it is: --namespace NAMESPACE`);
  }
  if (argument !== undefined && (source ?? namespace ?? pod ?? type) !== undefined) {
    throw new AntctlError('usage', `with the name ${argument} neither of --source, --namespace, --pod and --type`);
  }
}

/** An agent selects by itself. */
async function selected(
  policies: readonly ControlplaneNetworkPolicy[],
  { flags: { source, namespace, pod, type } }: Invocation,
  { api, source: { style, from } }: CommandContext & { readonly source: Source },
): Promise<readonly ControlplaneNetworkPolicy[]> {
  if (style === 'parameters') return policies;
  const groups = pod === undefined ? [] : await appliedToGroups(api, from);
  return selectPolicies(policies, { source, namespace, pod, type: policyTypes[type ?? ''] }, groups);
}

async function appliedToGroups(
  api: CommandContext['api'],
  from: Source['from'],
): Promise<readonly ControlplaneGroup[]> {
  const { path } = controlplaneSources('appliedtogroups').remote;
  const { items } = (await api.get({ from, path })) as { items?: readonly ControlplaneGroup[] | null };
  return items ?? [];
}

/** `TYPE:[NAMESPACE/]NAME`. */
function sourceText(reference: NetworkPolicyReference | undefined): string | undefined {
  if (!reference) return undefined;
  const { type, namespace, name } = reference;
  return `${type}:${namespace ? `${namespace}/` : ''}${name}`;
}
