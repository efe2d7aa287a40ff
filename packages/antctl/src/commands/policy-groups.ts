import type { ControlplaneGroup, GroupMember, PodReference } from '@antrea-ts/apis';
import { wireIpText } from '../output/wire-ip.js';
import { resourceCommand } from './resource-command.js';
import { controlplaneSources } from './sources.js';

const referenceOf = ({ pod, externalEntity }: GroupMember): PodReference | undefined => pod ?? externalEntity;
const namesOf = ({ groupMembers = [] }: ControlplaneGroup): string[] =>
  groupMembers.flatMap((member) => {
    const reference = referenceOf(member);
    return reference ? [`${reference.namespace}/${reference.name}`] : [];
  });
const addressesOf = ({ groupMembers = [] }: ControlplaneGroup): string[] =>
  groupMembers.flatMap(({ ips = [] }) => ips.map(wireIpText));

/** A group as 1.3 prints it; ExternalEntities, which it loses, have a field of their own. */
function groupValue({ metadata, groupMembers = [] }: ControlplaneGroup): object {
  const pods = groupMembers.map(({ pod, externalEntity, ips = [], ports }) => ({
    ...(pod && { pod: { name: pod.name, namespace: pod.namespace } }),
    ...(externalEntity && { externalEntity }),
    ip: ips.map(wireIpText).join(', '),
    ...(ports && ports.length > 0 && { ports }),
  }));
  return { name: metadata.name, pods };
}

const argument = { name: 'NAME', description: 'name of a group' } as const;

export const appliedToGroup = resourceCommand<ControlplaneGroup>({
  path: ['get', 'appliedtogroup'],
  aliases: ['appliedtogroups', 'atg'],
  summary: 'show groups of Pods that policies apply to; an agent has those on its Node',
  argument,
  sources: controlplaneSources('appliedtogroups'),
  columns: [
    { name: 'NAME', cell: ({ metadata }) => metadata.name },
    { name: 'PODS', cell: namesOf },
    { name: 'POD-IPS', wide: true, cell: addressesOf },
  ],
  value: groupValue,
});

export const addressGroup = resourceCommand<ControlplaneGroup>({
  path: ['get', 'addressgroup'],
  aliases: ['addressgroups', 'ag'],
  summary: 'show groups of addresses that rules allow or deny',
  argument,
  sources: controlplaneSources('addressgroups'),
  columns: [
    { name: 'NAME', cell: ({ metadata }) => metadata.name },
    { name: 'POD-IPS', cell: addressesOf },
    { name: 'PODS', wide: true, cell: namesOf },
  ],
  value: groupValue,
});
