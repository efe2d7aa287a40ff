import type { LabelSelector } from '@antrea-ts/apis';
import { everything, readSelector, type Selector } from './selector.js';

/** Which kind of objects a group's selector is about. */
export type EntityKind = 'pod' | 'externalEntity';

/** Who belongs to a group: objects of one kind in one Namespace or in those of a selector, by their labels. */
export interface GroupSelector {
  /** Normalised text: groups of the same text are one, whoever asks for them (Antrea 1.3, group naming). */
  readonly text: string;
  readonly kind: EntityKind;
  /** One Namespace; undefined: those that `namespaces` selects. */
  readonly namespace?: string;
  readonly namespaces: Selector;
  readonly objects: Selector;
}

/** What a user wrote, of which each part may be absent. */
export interface GroupSelectorParts {
  /** Where a podSelector without namespaceSelector looks; empty: everywhere. */
  readonly namespace: string;
  readonly podSelector?: LabelSelector | undefined;
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly externalEntitySelector?: LabelSelector | undefined;
}

/** Selectors are shared by thousands of policies: each text is read once. */
const known = new WeakMap<LabelSelector, Selector>();

/** Reads what selects a group; undefined where nothing does, which selects nothing. */
export function groupSelector(parts: GroupSelectorParts): GroupSelector | undefined {
  const { namespace, podSelector, namespaceSelector, externalEntitySelector } = parts;
  if (!podSelector && !namespaceSelector && !externalEntitySelector && namespace === '') return undefined;
  const namespaces = namespaceSelector && read(namespaceSelector);
  const pods = podSelector && read(podSelector);
  const entities = externalEntitySelector && read(externalEntitySelector);
  const texts = [
    ...(namespaces ? [`namespaceSelector=${namespaces.text}`] : namespace === '' ? [] : [`namespace=${namespace}`]),
    ...(pods ? [`podSelector=${pods.text}`] : []),
    ...(entities ? [`eeSelector=${entities.text}`] : []),
  ];
  return {
    text: texts.sort().join(' And '),
    kind: entities ? 'externalEntity' : 'pod',
    ...(namespaces || namespace === '' ? {} : { namespace }),
    namespaces: namespaces ?? everything,
    objects: entities ?? pods ?? everything,
  };
}

function read(selector: LabelSelector): Selector {
  const before = known.get(selector);
  if (before) return before;
  const selected = readSelector(selector);
  known.set(selector, selected);
  return selected;
}
