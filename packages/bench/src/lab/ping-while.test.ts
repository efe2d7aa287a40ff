import { expect, test } from 'vitest';
import { parsePings } from './ping-while.js';

test('counts what was lost, and finds the longest silence', () => {
  const output = `PING 10.10.1.3 (10.10.1.3) 56(84) bytes of data.
[1000.000] 64 bytes from 10.10.1.3: icmp_seq=1 ttl=64 time=0.1 ms
[1000.010] 64 bytes from 10.10.1.3: icmp_seq=2 ttl=64 time=0.1 ms
[1000.510] 64 bytes from 10.10.1.3: icmp_seq=5 ttl=64 time=0.1 ms

--- 10.10.1.3 ping statistics ---
5 packets transmitted, 3 received, 40% packet loss, time 510ms
`;
  const { longestGapMs, ...counts } = parsePings(output);
  expect(counts).toEqual({ sent: 5, lost: 2 });
  expect(longestGapMs).toBeCloseTo(500);
  expect(() => parsePings('connect: Network is unreachable')).toThrow('Network is unreachable');
});
