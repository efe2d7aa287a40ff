import { describe, expect, it } from 'vitest';
import {
  checkLabName,
  checkWindowsOptions,
  parseFeatureGates,
  parseNodeCount,
  parseSubnetCount,
  parseWindowsNodeCount,
  type LabOptions,
} from './options.js';

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

describe('Windows Nodes', () => {
  const options: LabOptions = {
    nodes: 1,
    windowsNodes: 1,
    ip: 'dual',
    mode: 'hybrid',
    tunnel: 'vxlan',
    datapath: 'netdev',
    encryption: 'none',
    transportInterface: false,
    featureGates: {},
    agentConfig: '',
  };

  it.each([
    [{ ip: 'v6' }, /--ip v6/],
    [{ mode: 'networkPolicyOnly' }, /--mode networkPolicyOnly/],
    [{ tunnel: 'gre' }, /--tunnel gre/],
    [{ encryption: 'wireguard' }, /--encryption wireguard/],
    [{ transportInterface: true }, /--transport-interface/],
  ] as const)('refuses %j, and nothing of it without them', (change, problem) => {
    expect(() => checkWindowsOptions({ ...options, ...change })).toThrow(problem);
    expect(() => checkWindowsOptions({ ...options, ...change, windowsNodes: 0 })).not.toThrow();
  });

  it('are 0 to 4', () => {
    expect(() => checkWindowsOptions(options)).not.toThrow();
    expect(['0', '4'].map(parseWindowsNodeCount)).toEqual([0, 4]);
    for (const text of ['5', '-1', 'x', '0.5']) expect(() => parseWindowsNodeCount(text)).toThrow(/from 0 to 4/);
  });
});
