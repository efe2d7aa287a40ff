import type { LabelSelector } from '@antrea-ts/apis';
import { everything, readSelector, selectsNothing, type Selector } from './selector.js';

/** Which kind of objects a group's selector is about. */
export type EntityKind = 'pod' | 'externalEntity';

/**
 * Who belongs to a group: objects of one kind in one Namespace or in those of a selector, by their labels. It tells
 * which selectors were written, as the same in other words is another group (Antrea 1.3, group naming).
 */
export interface GroupSelector {
  /** One Namespace; undefined: those that `namespaces` selects, and without it all. */
  readonly namespace: string | undefined;
  readonly namespaces: Selector | undefined;
  readonly pods: Selector | undefined;
  /** Where it is there, `pods` selects nothing. */
  readonly entities: Selector | undefined;
}

/** What a user wrote, of which each part may be absent. */
export interface GroupSelectorParts {
  /** Where a podSelector without namespaceSelector looks; empty: everywhere. */
  readonly namespace: string;
  readonly podSelector?: LabelSelector | undefined;
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly externalEntitySelector?: LabelSelector | undefined;
}

/** Reads what selects a group; undefined where nothing does, which selects nothing. */
export function groupSelector(parts: GroupSelectorParts): GroupSelector | undefined {
  const namespaces = readIfThere(parts.namespaceSelector);
  const pods = readIfThere(parts.podSelector);
  const entities = readIfThere(parts.externalEntitySelector);
  const namespace = namespaces || parts.namespace === '' ? undefined : parts.namespace;
  if (!pods && !namespaces && !entities && namespace === undefined) return undefined;
  return { namespace, namespaces, pods, entities };
}

/** Whether a selector of it is one that Kubernetes would refuse, so that it selects nobody. */
export function isBrokenGroup(selector: GroupSelector): boolean {
  return selector.namespaces === selectsNothing || objectsOf(selector) === selectsNothing;
}

function readIfThere(selector: LabelSelector | undefined): Selector | undefined {
  return selector === undefined ? undefined : readSelector(selector);
}

export function kindOf({ entities }: GroupSelector): EntityKind {
  return entities ? 'externalEntity' : 'pod';
}

/** What selects its objects, of the Namespaces where it looks. */
export function objectsOf({ pods, entities }: GroupSelector): Selector {
  return entities ?? pods ?? everything;
}

/** Where a group that is not of one Namespace looks. */
export function namespacesOf({ namespaces }: GroupSelector): Selector {
  return namespaces ?? everything;
}

/** Whether both are one group, whoever asks for them: then their texts are the same. */
export function sameSelection(a: GroupSelector, b: GroupSelector): boolean {
  return (
    a.namespace === b.namespace &&
    sameSelector(a.pods, b.pods) &&
    sameSelector(a.namespaces, b.namespaces) &&
    sameSelector(a.entities, b.entities)
  );
}

function sameSelector(a: Selector | undefined, b: Selector | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && a.text === b.text);
}

/** Normalised text, from which the group has its name; its parts in the order of the alphabet, as 1.3 sorts them. */
export function groupText({ namespace, namespaces, pods, entities }: GroupSelector): string {
  let text = entities ? `eeSelector=${entities.text} And ` : '';
  if (namespaces) text += `namespaceSelector=${namespaces.text} And `;
  else if (namespace !== undefined) text += `namespace=${namespace} And `;
  if (pods) return `${text}podSelector=${pods.text}`;
  return text.slice(0, -' And '.length);
}

/** The part of what a selector selects that is in one Namespace. */
export function inNamespace(selector: GroupSelector, namespace: string): GroupSelector {
  const { entities } = selector;
  return { namespace, namespaces: undefined, pods: entities ? undefined : objectsOf(selector), entities };
}
