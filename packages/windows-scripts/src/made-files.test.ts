import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderCmdlets } from './cmdlet-list.js';
import { constants, renderConstants } from './constants.js';
import { readScripts, scriptsDirectory } from './scripts.js';
import { PowerShellParser } from './syntax.js';

const parser = await PowerShellParser.load();
const scripts = readScripts();

/** `UPDATE_DOCS=1` makes the files anew. */
it.each([
  ['constants.json', renderConstants],
  ['test/cmdlets.json', () => renderCmdlets(scripts.map(({ source }) => parser.parse(source)))],
])('%s is as it is made', (name, make) => {
  const file = `${scriptsDirectory}${name}`;
  const expected = make();
  if (process.env['UPDATE_DOCS']) writeFileSync(file, expected);
  expect(existsSync(file) && readFileSync(file, 'utf8')).toBe(expected);
});

const { hnsNetwork, netNat, firewallInbound, switchBinding, serviceSwitch, services, ovs } = constants;
const shared = [hnsNetwork, netNat, firewallInbound, switchBinding, serviceSwitch, services.vswitchd, ovs.sha256];

it.each(scripts)('$name has no name of its own for what is in constants.json', ({ source }) => {
  const code = source.replaceAll(/<#[\s\S]*?#>|^\s*#.*$/gm, '');
  expect(shared.filter((name) => code.includes(`'${name}'`) || code.includes(`"${name}"`))).toEqual([]);
});
