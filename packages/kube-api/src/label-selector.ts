import { at, isJsonObject, textAt } from './object.js';

/** Whether labels fit a LabelSelector object; an empty one fits everything. */
export function labelsMatch(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  const wanted = at(selector, 'matchLabels');
  const expressions = at(selector, 'matchExpressions');
  const fitsLabels = !isJsonObject(wanted) || Object.entries(wanted).every(([key, value]) => labels[key] === value);
  return fitsLabels && (!Array.isArray(expressions) || expressions.every((expression) => fits(expression, labels)));
}

function fits(expression: unknown, labels: Readonly<Record<string, string>>): boolean {
  const key = textAt(expression, 'key');
  const values = at(expression, 'values');
  const isListed = Object.hasOwn(labels, key) && Array.isArray(values) && values.includes(labels[key]);
  switch (at(expression, 'operator')) {
    case 'In':
      return isListed;
    case 'NotIn':
      return !isListed;
    case 'Exists':
      return Object.hasOwn(labels, key);
    case 'DoesNotExist':
      return !Object.hasOwn(labels, key);
    default:
      return false;
  }
}
