import { expect, it } from 'vitest';
import { leftoverInterfaces } from './leftover-interfaces.js';

const links = [
  { name: 'eth0' },
  { name: 'antrea-gw0', kind: 'openvswitch' },
  { name: 'antrea-wg0', kind: 'wireguard' },
  { name: 'antrea-egress0', kind: 'dummy' },
  { name: 'wg0', kind: 'wireguard' },
  { name: 'dummy0', kind: 'dummy' },
];
const names = (found: readonly { readonly name: string }[]): readonly string[] => found.map(({ name }) => name);

it('interfaces of features that are not in use', () => {
  expect(names(leftoverInterfaces(links, []))).toEqual(['antrea-wg0', 'antrea-egress0']);
  expect(names(leftoverInterfaces(links, ['antrea-wg0']))).toEqual(['antrea-egress0']);
});

it('one of such a name that Antrea would not have made so is not ours', () => {
  const theirs = [
    { name: 'antrea-wg0', kind: 'tun' },
    { name: 'antrea-egress0', kind: 'veth' },
    { name: 'antrea-wg0' },
  ];
  expect(leftoverInterfaces(theirs, [])).toEqual([]);
});
