import { expect, it } from 'vitest';
import { parsePing } from '../demo/measure.js';
import { renderTable } from './table.js';

it('aligns columns by what is seen, colours not counted', () => {
  const green = '\u001b[32myes\u001b[39m';
  expect(
    renderTable(
      ['NAME', 'OK', ''],
      [
        ['a', green, 'x'],
        ['longer', 'no', ''],
      ],
    ),
  ).toBe(`NAME    OK\na       ${green}  x\nlonger  no`);
});

it.each([
  ['rtt min/avg/max/mdev = 0.514/0.773/1.033/0.259 ms', 0.773],
  ['3 packets transmitted, 0 received, 100% packet loss', undefined],
])('reads ping output %j', (output, expected) => {
  expect(parsePing(output)).toBe(expected);
});
