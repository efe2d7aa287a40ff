import type { ControlplaneNetworkPolicy, GroupMember } from '@antrea-ts/apis';
import type { GroupChange, GroupView, PlacedMember, PolicyChange, PolicyView } from '@antrea-ts/policy';
import { WatchStore, type WatchedKind } from './watch-store.js';

/** What the control plane serves, each with those who watch it. */
export interface ControlplaneStores {
  readonly networkPolicies: WatchStore<PolicyView, PolicyChange>;
  readonly appliedToGroups: WatchStore<GroupView, GroupChange>;
  readonly addressGroups: WatchStore<GroupView, GroupChange>;
}

export function createStores(): ControlplaneStores {
  return {
    networkPolicies: new WatchStore(policyKind),
    appliedToGroups: new WatchStore(appliedToGroupKind),
    addressGroups: new WatchStore(addressGroupKind),
  };
}

/** The object of a policy. */
export function policyObject({ wire }: PolicyView): ControlplaneNetworkPolicy {
  return wire;
}

/** The object of a group with its members, or those on one Node. */
export function groupObject(group: GroupView, node?: string): object {
  const members = group.wireMembers(node);
  return { metadata: metadataOf(group), ...(members.length > 0 ? { groupMembers: members } : {}) };
}

const empty = (): object => ({ metadata: { creationTimestamp: null } });

const policyKind: WatchedKind<PolicyView, PolicyChange> = {
  perNode: false,
  full: policyObject,
  // Another span is told as ADDED and DELETED to those who come and go, and to the others it is nothing.
  modified: ({ before, after }) => (before.wire === after.wire ? undefined : after.wire),
  deleted: ({ name }) => ({ metadata: { name, uid: name, creationTimestamp: null } }),
  empty,
};

const groupKind = {
  full: groupObject,
  deleted: (group: GroupView) => ({ metadata: metadataOf(group) }),
  empty,
};

/** Agents know the members on their own Node only. */
const appliedToGroupKind: WatchedKind<GroupView, GroupChange> = {
  ...groupKind,
  perNode: true,
  modified: (change, node) => patchOf(change, node),
};

const addressGroupKind: WatchedKind<GroupView, GroupChange> = {
  ...groupKind,
  perNode: false,
  full: (group) => groupObject(group),
  modified: (change) => patchOf(change, undefined),
};

function patchOf(
  { after, members }: GroupChange & { readonly after: GroupView },
  node: string | undefined,
): object | undefined {
  const added = onNode(members?.added, node);
  const removed = onNode(members?.removed, node);
  if (added.length + removed.length === 0) return undefined;
  return {
    metadata: metadataOf(after),
    ...(added.length > 0 ? { addedGroupMembers: added } : {}),
    ...(removed.length > 0 ? { removedGroupMembers: removed } : {}),
  };
}

function onNode(members: readonly PlacedMember[] = [], node: string | undefined): GroupMember[] {
  return members.filter((member) => isOn(member, node)).map(({ member }) => member);
}

function isOn(member: PlacedMember, node: string | undefined): boolean {
  return node === undefined || member.node === node;
}

function metadataOf({ name, uid }: GroupView): object {
  return { name, uid, creationTimestamp: null };
}
