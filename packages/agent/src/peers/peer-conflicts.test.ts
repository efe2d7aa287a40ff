import { parseCidr, parseIp } from '@antrea-ts/net-types';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressConflicts, nodesAmongPods, peerConflicts } from './peer-conflicts.js';

const own = [parseCidr('10.10.1.0/24')];
const peer = (name: string, ...cidrs: string[]) => ({
  name,
  podCidrs: cidrs.map((cidr) => parseCidr(cidr)),
  transportAddresses: [],
});

describe('peerConflicts', () => {
  it.each([
    ['apart', [peer('b', '10.10.2.0/24'), peer('c', '10.10.3.0/24')], []],
    ['the same', [peer('b', '10.10.2.0/24'), peer('c', '10.10.2.0/24')], ['c']],
    ['one in the other', [peer('b', '10.10.2.0/24'), peer('c', '10.10.0.0/16')], ['c']],
    ["this Node's", [peer('a', '10.10.1.128/25')], ['a']],
    ['of another family', [peer('b', 'fd10::/64'), peer('c', '10.10.2.0/24')], []],
    ['IPv6', [peer('b', 'fd10::/64'), peer('c', 'fd10::/80')], ['c']],
    ['twice in one Node', [peer('b', '10.10.2.0/24', '10.10.2.0/25')], []],
  ])('%s', (_, peers, losers) => {
    expect([...peerConflicts(peers, own).keys()]).toEqual(losers);
  });

  it('says what overlaps whose, and what to do', () => {
    expect(peerConflicts([peer('c', '10.10.1.0/25')], own).get('c')).toBe(
      'its Pod CIDR 10.10.1.0/25 overlaps 10.10.1.0/24 of this Node; give it another one',
    );
  });

  it('does not depend on the order of the peers', () => {
    const cidrs = fc.constantFrom(
      '10.10.0.0/16',
      '10.10.2.0/24',
      '10.10.2.0/25',
      '10.11.0.0/24',
      'fd10::/64',
      'fd10::/80',
    );
    const peers = fc.uniqueArray(
      fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), cidrs: fc.array(cidrs, { maxLength: 2 }) }),
      {
        selector: ({ name }) => name,
      },
    );
    fc.assert(
      fc.property(peers, (list) => {
        const made = list.map(({ name, cidrs: texts }) => peer(name, ...texts));
        const forward = peerConflicts(made, own);
        const backward = peerConflicts(made.toReversed(), own);
        expect(Object.fromEntries(backward)).toEqual(Object.fromEntries(forward));
      }),
    );
  });
});

describe('nodesAmongPods', () => {
  const at = (name: string, podCidr: string, ...addresses: string[]) => ({
    ...peer(name, podCidr),
    transportAddresses: addresses.map((address) => parseIp(address)),
  });
  const self = {
    podCidrs: [parseCidr('10.10.1.0/24'), parseCidr('fd10:1::/64')],
    addresses: [parseIp('192.168.1.11'), parseIp('fd77::11')],
  };

  it.each([
    ['apart', [at('b', '10.10.2.0/24', '192.168.1.12')], []],
    ['in the same network, without a Node in it', [at('b', '192.168.1.128/25', '192.168.1.12')], []],
    [
      "this Node's address",
      [at('b', '192.168.1.0/28', '192.168.9.12')],
      [['b', 'its Pod CIDR 192.168.1.0/28 contains 192.168.1.11, an address of this Node; give it another one']],
    ],
    [
      'the address of another peer, or its own',
      [at('b', 'fd78::/64', '192.168.1.12', 'fd78::12'), at('c', '192.168.1.12/30', '192.168.1.40')],
      [
        ['b', 'its Pod CIDR fd78::/64 contains fd78::12, an address of Node b; give it another one'],
        ['c', 'its Pod CIDR 192.168.1.12/30 contains 192.168.1.12, an address of Node b; give it another one'],
      ],
    ],
    [
      "a peer in this Node's Pod CIDR",
      [at('b', '10.10.2.0/24', '10.10.1.7')],
      [['b', 'its address 10.10.1.7 is in the Pod CIDR 10.10.1.0/24 of this Node; give this Node another Pod CIDR']],
    ],
  ])('%s', (_, peers, expected) => {
    expect([...nodesAmongPods(peers, self)]).toEqual(expected);
  });
});

describe('addressConflicts', () => {
  const at = (name: string, ...addresses: string[]) => ({
    ...peer(name),
    transportAddresses: addresses.map((address) => parseIp(address)),
  });
  const own = [parseIp('192.168.1.11'), parseIp('fd77::11')];

  it("names the peer that claims this Node's address, of either family", () => {
    const peers = [at('b', '192.168.1.12'), at('c', '192.168.1.11'), at('d', '192.168.1.14', 'fd77::11')];
    expect([...addressConflicts(peers, own).own]).toEqual([
      ['c', "its address 192.168.1.11 is this Node's own; correct or delete the Node object"],
      ['d', "its address fd77::11 is this Node's own; correct or delete the Node object"],
    ]);
  });

  it('tells of an address that several peers claim', () => {
    const peers = [at('b', '192.168.1.12', 'fd77::12'), at('c', '192.168.1.12', 'fd77::13')];
    expect([...addressConflicts(peers, own).shared]).toEqual([['192.168.1.12', ['b', 'c']]]);
  });
});
