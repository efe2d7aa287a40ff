import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseCommand } from '../testing/parse-command.js';
import { cmdlet, renderCommand } from './command.js';
import { quote } from './quote.js';

it.each([
  ['plain', "'plain'"],
  ["it's", "'it''s'"],
  ['typographic \u2019 quotes end a literal, too', "'typographic \u2019\u2019 quotes end a literal, too'"],
  ['$(Remove-Item C:\\) `n "x"', '\'$(Remove-Item C:\\) `n "x"\''],
  [7, '7'],
  [true, '$true'],
  [['a', "b'c"], "@('a','b''c')"],
] as const)('%j', (value, source) => expect(quote(value)).toBe(source));

it('whatever a text is, a parser reads it back as that text', () => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from('ab \'"`$@|;()\u2018\u2019\u201a\u201b\n-:0é😀')) });
  fc.assert(
    fc.property(text, fc.array(text), (one, many) => {
      const source = renderCommand([cmdlet('Test-Quoting', { One: one, Many: many, Flag: false })]);
      const [parsed] = parseCommand(source);
      expect([...(parsed?.parameters ?? [])]).toEqual([
        ['one', one],
        ['many', many],
        ['flag', false],
      ]);
    }),
  );
});
