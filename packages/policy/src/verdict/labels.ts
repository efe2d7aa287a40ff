import type { LabelSelector } from '@antrea-ts/apis';

export type Labels = Readonly<Record<string, string>>;

/** Whether a selector selects what has these labels. One that Kubernetes would refuse selects nothing. */
export function selects({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  const has = (key: string): boolean => Object.hasOwn(labels, key);
  for (const [key, value] of Object.entries(matchLabels)) if (!has(key) || labels[key] !== value) return false;
  for (const { key, operator, values = [] } of matchExpressions) {
    const isAmong = has(key) && values.includes(labels[key]!);
    switch (operator) {
      case 'In':
        if (!isAmong) return false;
        break;
      case 'NotIn':
        if (values.length === 0 || isAmong) return false;
        break;
      case 'Exists':
        if (!has(key)) return false;
        break;
      case 'DoesNotExist':
        if (has(key)) return false;
        break;
      default:
        return false;
    }
  }
  return true;
}

/** Whether a selector of a peer or a group is one that Kubernetes would refuse. */
export function hasBrokenSelector(of: {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly externalEntitySelector?: LabelSelector;
}): boolean {
  const selectors = [of.podSelector, of.namespaceSelector, of.externalEntitySelector];
  return selectors.some((selector) => selector && isBrokenSelector(selector));
}

function isBrokenSelector({ matchExpressions = [] }: LabelSelector): boolean {
  return matchExpressions.some(({ operator, values = [] }) => {
    if (operator === 'In' || operator === 'NotIn') return values.length === 0;
    return operator !== 'Exists' && operator !== 'DoesNotExist';
  });
}
