import type { LabelSelector } from '@antrea-ts/apis';
import { isBrokenSelector } from './selector.js';

/** Where selectors stand in what selects Pods or entities. */
interface Selecting {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly externalEntitySelector?: LabelSelector;
}

const fields = ['podSelector', 'namespaceSelector', 'externalEntitySelector'] as const;

/** The field of a selector that selects nothing because it is none. */
export function brokenSelectorIn(selecting: Selecting, at: string): string | undefined {
  const field = fields.find((each) => isBrokenSelector(selecting[each]));
  return field && `${at}.${field}`;
}

/** Says of a broken selector what is wrong. */
export const brokenSelectorReason =
  'is no label selector: In and NotIn need values, Exists and DoesNotExist are the other operators';
