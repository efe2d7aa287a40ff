import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { portRangeToMasks } from './ports.js';
import { protocolName, protocolNumber } from './protocols.js';

describe('portRangeToMasks', () => {
  it('covers a range with the fewest value/mask pairs', () => {
    expect(portRangeToMasks(80)).toEqual([{ value: 80, mask: 0xffff }]);
    expect(portRangeToMasks(0, 65535)).toEqual([{ value: 0, mask: 0 }]);
    expect(portRangeToMasks(1000, 1999)).toEqual([
      { value: 1000, mask: 0xfff8 },
      { value: 1008, mask: 0xfff0 },
      { value: 1024, mask: 0xfe00 },
      { value: 1536, mask: 0xff00 },
      { value: 1792, mask: 0xff80 },
      { value: 1920, mask: 0xffc0 },
      { value: 1984, mask: 0xfff0 },
    ]);
    expect(() => portRangeToMasks(2, 1)).toThrow('2 to 1 is not a range of ports');
    expect(() => portRangeToMasks(1, 65536)).toThrow('not a range');
    expect(() => portRangeToMasks(1.5, 2)).toThrow('not a range');
  });

  it('matches exactly the ports of the range, each once', () => {
    const port = fc.nat(65535);
    fc.assert(
      fc.property(port, port, fc.array(port, { maxLength: 20 }), (a, b, probes) => {
        const [first, last] = [Math.min(a, b), Math.max(a, b)];
        const masks = portRangeToMasks(first, last);
        for (const probe of [...probes, first, last, first - 1, last + 1].filter((port) => port >= 0 && port < 65536)) {
          const hits = masks.filter(({ value, mask }) => (probe & mask) === value).length;
          expect(hits).toBe(probe >= first && probe <= last ? 1 : 0);
        }
      }),
    );
  });
});

describe('protocols', () => {
  it('have names and numbers', () => {
    expect(['TCP', 'udp', 'Sctp', 'icmp', 'ICMPv6'].map(protocolNumber)).toEqual([6, 17, 132, 1, 58]);
    expect([6, 17, 132, 1, 58].map(protocolName)).toEqual(['TCP', 'UDP', 'SCTP', 'ICMP', 'ICMPv6']);
    expect(protocolNumber('constructor')).toBeUndefined();
    expect(protocolName(255)).toBeUndefined();
  });
});
