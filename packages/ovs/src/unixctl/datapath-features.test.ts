import { expect, test } from 'vitest';
import { missingDatapathFeatures, parseDatapathFeatures } from './datapath-features.js';

// As `ovs-appctl dpif/show-dp-features` of Open vSwitch 3.1 prints it, shortened.
const output = `Masked set action: Yes
Tunnel push pop: No
CT state: Yes
CT zone: Yes
CT mark: No
CT state NAT: Yes
Max sample nesting: 10
a: b: Yes
Max dp_hash algorithm: 1
`;

test('only Yes and No count', () => {
  const features = parseDatapathFeatures(output);
  expect([...features.keys()]).toEqual([
    'Masked set action',
    'Tunnel push pop',
    'CT state',
    'CT zone',
    'CT mark',
    'CT state NAT',
  ]);
  expect(features.get('CT mark')).toBe(false);
});

test('what is No or absent is missing', () => {
  expect(missingDatapathFeatures(parseDatapathFeatures(output), { proxy: true })).toEqual(['CT mark', 'CT label']);
  const without = new Map([...parseDatapathFeatures(output)].filter(([name]) => name !== 'CT state NAT'));
  expect(missingDatapathFeatures(without, { proxy: true })).toContain('CT state NAT');
  expect(missingDatapathFeatures(without, { proxy: false })).not.toContain('CT state NAT');
});
