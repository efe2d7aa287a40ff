import { describe, expect, it } from 'vitest';
import { canonicalRule, formatRule, splitWords } from './rule-text.js';

const canonical = (line: string) => canonicalRule(splitWords(line));

describe('rules as text', () => {
  it.each([
    [['-m', 'comment', '--comment', 'Antrea: jump'], '-m comment --comment "Antrea: jump"'],
    [['--comment', 'say "hi" \\ there'], '--comment "say \\"hi\\" \\\\ there"'],
    [['-j', 'ACCEPT'], '-j ACCEPT'],
    [['--comment', ''], '--comment ""'],
  ])('%j is written and read back', (words, text) => {
    expect(formatRule(words)).toBe(text);
    expect(splitWords(text)).toEqual(words);
  });

  it.each([
    ['-o gw -p udp -j NOTRACK', '-p udp -o gw -j CT --notrack'],
    [
      '-m mark --mark 0x00000001/0x000000ff -j SNAT --to 192.0.2.1',
      '-m mark --mark 0x1/0xff -j SNAT --to-source 192.0.2.1',
    ],
    ['-m udp -p udp --dport 6081 -j DROP', '-m udp --dport 6081 -p udp -j DROP'],
    [
      '-m addrtype --src-type LOCAL -m comment --comment "a b" -j X',
      '-m comment --comment "a b" -m addrtype --src-type LOCAL -j X',
    ],
    ['-m addrtype --limit-iface-out ! --src-type LOCAL -j X', '-m addrtype ! --src-type LOCAL --limit-iface-out -j X'],
    ['-j MARK --set-xmark 0x00000001/0x00000001', '-j MARK --set-xmark 0x1/0x1'],
  ])('%s equals %s', (a, b) => {
    expect(canonical(a)).toBe(canonical(b));
  });

  it.each([
    ['-m addrtype --src-type LOCAL -j X', '-m addrtype ! --src-type LOCAL -j X'],
    ['-o gw -j X', '! -o gw -j X'],
    ['-o gw -j X', '-i gw -j X'],
    ['-m mark --mark 0x10/0xff -j X', '-m mark --mark 0x1/0xff -j X'],
    ['-m mark --mark 0x0/0xff -j X', '-m mark --mark 0x1/0xff -j X'],
    ['-j MASQUERADE', '-j MASQUERADE --random-fully'],
    ['-m comment --comment "a" -j X', '-m comment --comment "b" -j X'],
  ])('%s differs from %s', (a, b) => {
    expect(canonical(a)).not.toBe(canonical(b));
  });
});
