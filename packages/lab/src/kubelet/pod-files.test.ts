import type { Pod } from 'kubernetes-types/core/v1.js';
import { expect, it } from 'vitest';
import { renderHosts, renderResolvConf } from './pod-files.js';

const cases: readonly [string, Partial<Pod['spec']>, string][] = [
  [
    'ClusterFirst',
    {},
    'nameserver 1.1.1.1\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n',
  ],
  ['Default', { dnsPolicy: 'Default' }, 'nameserver 3.3.3.3\n'],
  [
    'None',
    {
      dnsPolicy: 'None',
      dnsConfig: {
        nameservers: ['2.2.2.2'],
        searches: ['x.test'],
        options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }],
      },
    },
    'nameserver 2.2.2.2\nsearch x.test\noptions ndots:2 rotate\n',
  ],
];

it.each(cases)('resolv.conf with dnsPolicy %s', (_name, spec, expected) => {
  const pod: Pod = { metadata: { name: 'p', namespace: 'shop' }, spec: { containers: [], ...spec } };
  expect(renderResolvConf(pod, { cluster: ['1.1.1.1'], node: ['3.3.3.3'] })).toBe(expected);
});

it('hosts name the Pod by each of its addresses', () => {
  expect(renderHosts('web', ['10.10.1.2', 'fd10::2'])).toMatch(/\n10\.10\.1\.2\tweb\nfd10::2\tweb\n$/);
});
