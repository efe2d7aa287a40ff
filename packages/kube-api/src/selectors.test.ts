import { describe, expect, it } from 'vitest';
import { labelsMatch } from './label-selector.js';
import { newObject } from './object.js';
import { parseFieldSelector, parseLabelSelector } from './selectors.js';

const labelled = (labels: Record<string, string>) => {
  const object = newObject('v1', 'Pod', 'web', 'default');
  return { ...object, metadata: { ...object.metadata, labels }, spec: { nodeName: 'n1' } };
};

describe('label selectors', () => {
  it.each([
    ['', {}, true],
    ['a', { a: '' }, true],
    ['!a', { a: '' }, false],
    ['a=1', { a: '1' }, true],
    ['a==1,b=2', { a: '1' }, false],
    ['a!=1', {}, true],
    ['a!=1', { a: '1' }, false],
    ['a in (1, 2)', { a: '2' }, true],
    ['a in (1,2),b notin (x)', { a: '2', b: 'x' }, false],
    ['a notin (1)', {}, true],
    ['example.com/app=web', { 'example.com/app': 'web' }, true],
    ['a=', { a: '' }, true],
    ['toString', {}, false],
  ])('%j fits %j: %s', (selector, labels, expected) => {
    expect(parseLabelSelector(selector)(labelled(labels))).toBe(expected);
  });
  it.each(['a b', '=1', 'a in 1', 'a=(1)', '-a'])('%j is none', (selector) => {
    expect(() => parseLabelSelector(selector)).toThrow('unable to parse requirement');
  });
});

describe('field selectors', () => {
  it.each([
    ['metadata.name=web', true],
    ['metadata.namespace!=default', false],
    ['spec.nodeName=n1,metadata.name==web', true],
    ['spec.nodeName=', false],
  ])('%j: %s', (selector, expected) => {
    expect(parseFieldSelector(selector, ['spec.nodeName'])(labelled({}))).toBe(expected);
  });
});

describe('labelsMatch', () => {
  it.each([
    [{}, {}, true],
    [{ matchLabels: { a: '1' } }, { a: '1', b: '2' }, true],
    [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['1'] }] }, { a: '2' }, false],
    [{ matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] }, {}, true],
    [
      {
        matchExpressions: [
          { key: 'a', operator: 'Exists' },
          { key: 'b', operator: 'DoesNotExist' },
        ],
      },
      { a: '' },
      true,
    ],
  ])('%j fits %j: %s', (selector, labels, expected) => {
    expect(labelsMatch(selector, labels)).toBe(expected);
  });
});
