import type { LabelSelector } from '@antrea-ts/apis';
import { everything, readSelector, selectsNothing, type Selector } from './selector.js';

/** Which kind of objects a group's selector is about. */
export type EntityKind = 'pod' | 'externalEntity';

/** Who belongs to a group: objects of one kind in one Namespace or in those of a selector, by their labels. */
export interface GroupSelector {
  /** Normalised text: groups of the same text are one, whoever asks for them (Antrea 1.3, group naming). */
  readonly text: string;
  readonly kind: EntityKind;
  /** One Namespace; undefined: those that `namespaces` selects. */
  readonly namespace: string | undefined;
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

/** Reads what selects a group; undefined where nothing does, which selects nothing. */
export function groupSelector(parts: GroupSelectorParts): GroupSelector | undefined {
  const { namespace, podSelector, namespaceSelector, externalEntitySelector } = parts;
  const [namespaces, pods, entities] = [namespaceSelector, podSelector, externalEntitySelector].map(readIfThere);
  if (!pods && !namespaces && !entities && namespace === '') return undefined;
  return {
    text: textOf(namespace, { namespaces, pods, entities }),
    kind: entities ? 'externalEntity' : 'pod',
    namespace: namespaces || namespace === '' ? undefined : namespace,
    namespaces: namespaces ?? everything,
    objects: entities ?? pods ?? everything,
  };
}

/** Whether a selector of it is one that Kubernetes would refuse, so that it selects nobody. */
export function isBrokenGroup({ namespaces, objects }: GroupSelector): boolean {
  return namespaces === selectsNothing || objects === selectsNothing;
}

function readIfThere(selector: LabelSelector | undefined): Selector | undefined {
  return selector === undefined ? undefined : readSelector(selector);
}

/** In the order of the alphabet, as 1.3 sorts them. */
function textOf(namespace: string, parts: Readonly<Record<'namespaces' | 'pods' | 'entities', Selector | undefined>>) {
  const { namespaces, pods, entities } = parts;
  let text = entities ? `eeSelector=${entities.text} And ` : '';
  if (namespaces) text += `namespaceSelector=${namespaces.text} And `;
  else if (namespace !== '') text += `namespace=${namespace} And `;
  if (pods) return `${text}podSelector=${pods.text}`;
  return text.slice(0, -' And '.length);
}

/** The part of what a selector selects that is in one Namespace. */
export function inNamespace({ kind, objects }: GroupSelector, namespace: string): GroupSelector {
  const place = `namespace=${namespace}`;
  const texts = kind === 'pod' ? [place, `podSelector=${objects.text}`] : [`eeSelector=${objects.text}`, place];
  return { text: texts.join(' And '), kind, namespace, namespaces: everything, objects };
}
