import { expect, it } from 'vitest';
import { wireIpText } from './wire-ip.js';

it.each([
  [[10, 0, 0, 1], '10.0.0.1'],
  [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1], '10.0.0.1'],
  [[0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 'fd00::1'],
  [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], '::1'],
])('%j is %s', (bytes, text) => {
  expect(wireIpText(Buffer.from(bytes).toString('base64'))).toBe(text);
});

it('shows what is no address as it came', () => {
  expect(wireIpText('AAA=')).toBe('AAA=');
});
