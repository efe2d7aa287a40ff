import { describe, expect, it } from 'vitest';
import { cookie, parseCookie } from './cookie.js';

describe('cookie', () => {
  it.each([
    [1, 'Service', 5, 0x1040000000005n],
    [2, 'Pod', 0, 0x2030000000000n],
    [3, 'Policy', 0, 0x3050000000000n],
  ] as const)('round %d, %s, object %d', (round, category, object, value) => {
    expect(cookie(round, category, object)).toBe(value);
    expect(parseCookie(value)).toEqual({ round, category, object });
  });

  it('knows no category for numbers it never wrote', () => {
    expect(parseCookie(0xff0000000000n).category).toBeUndefined();
  });
});
