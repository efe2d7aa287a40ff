import { describe, expect, it } from 'vitest';
import { checkLabName, parseFeatureGates, parseNodeCount, parseSubnetCount } from './options.js';

describe('parseFeatureGates', () => {
  it.each([
    ['A=true,B=false', { A: true, B: false }],
    [' Egress = TRUE ', { Egress: true }],
    ['', {}],
    ['A=true,', { A: true }],
  ])('reads %j', (text, expected) => {
    expect(parseFeatureGates(text)).toEqual(expected);
  });

  it.each(['A', 'A=yes', '=true', 'A:true', 'A=true;B=false'])('refuses %j', (text) => {
    expect(() => parseFeatureGates(text)).toThrow(/--feature-gates/);
  });
});

describe('parseNodeCount', () => {
  it.each([
    ['1', 1],
    ['200', 200],
  ])('reads %s', (text, expected) => {
    expect(parseNodeCount(text)).toBe(expected);
  });

  it.each(['0', '-1', '1.5', 'two', '', '201'])('refuses %j', (text) => {
    expect(() => parseNodeCount(text)).toThrow(/from 1 to 200/);
  });
});

describe('parseSubnetCount', () => {
  it('reads a number', () => expect(parseSubnetCount('2')).toBe(2));

  it.each(['0', '9', 'two', ''])('refuses %j', (text) => {
    expect(() => parseSubnetCount(text)).toThrow(/from 1 to 8/);
  });
});

describe('checkLabName', () => {
  it.each(['lab', 'a', 'demo-1f2e3d', 'a'.repeat(24)])('takes %s', (name) => {
    expect(checkLabName(name)).toBe(name);
  });

  it.each(['', '..', '../x', 'A', 'a/b', '-a', 'a-', 'a'.repeat(25), 'a b'])('refuses %j', (name) => {
    expect(() => checkLabName(name)).toThrow(/lab name/);
  });
});
