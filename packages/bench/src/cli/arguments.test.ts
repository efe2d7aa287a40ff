import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.js';

const names = ['flows', 'cni'];
const shapes = ['small'];
const defaults = { only: [], quick: false, json: false, list: false };

describe('parseArguments', () => {
  it.each([
    [[], defaults],
    [['--quick', '--json'], { ...defaults, quick: true, json: true }],
    [['--list'], { ...defaults, list: true }],
    [['--only', 'cni'], { ...defaults, only: ['cni'] }],
    [['--only', 'cni', 'flows', '--quick'], { ...defaults, only: ['cni', 'flows'], quick: true }],
    [['--fixture', 'small'], { ...defaults, fixture: 'small' }],
    [['--fixture', 'a.json', '--out', 'dir'], { ...defaults, fixture: 'a.json', out: 'dir' }],
  ])('understands %j', (argv, expected) => {
    expect(parseArguments(argv, names, shapes)).toEqual(expected);
  });

  it.each([
    [['--only', 'cnj'], 'no workload cnj; there are: flows, cni'],
    [['--fast'], "unknown option '--fast'"],
    [['--only'], 'argument missing'],
    [['cni'], 'too many arguments'],
    [['--fixture', 'big'], 'no fixture big; there are: small, or a file *.json'],
    [['--out', 'dir'], '--out needs --fixture'],
  ])('refuses %j', (argv, complaint) => {
    expect(parseArguments(argv, names, shapes)).toEqual({ exitCode: 2, output: expect.stringContaining(complaint) });
  });

  it('helps, and names the workloads', () => {
    const help = parseArguments(['--help'], names, shapes);
    expect(help).toEqual({
      exitCode: 0,
      output: expect.stringMatching(/--only <name\.\.\.>[^]*Workloads: flows, cni/),
    });
  });
});
