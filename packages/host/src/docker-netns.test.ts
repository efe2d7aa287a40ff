import { expect, it } from 'vitest';
import { tryParseDockerNetns } from './docker-netns.js';

it.each([
  ['none', { role: 'infra' }],
  ['container:c0ffee', { role: 'member', infra: 'c0ffee' }],
  ['container: c0ffee', { role: 'member', infra: 'c0ffee' }],
  ['container:', undefined],
  ['container:a:b', undefined],
  ['container:../x', undefined],
  ['/var/run/netns/none', undefined],
  ['6f5c1e2e-2f0e-4a8c-9d3b-0c1d2e3f4a5b', undefined],
  ['', undefined],
])('of "%s"', (netns, expected) => {
  expect(tryParseDockerNetns(netns)).toEqual(expected);
});
