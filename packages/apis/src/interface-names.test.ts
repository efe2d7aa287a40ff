import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxInterfaceNameLength, nodeTunnelName, podInterfaceName } from './interface-names.js';

const sha1Hex = (text: string): string => createHash('sha1').update(text).digest('hex');
const dnsLabel = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);

describe('interface names', () => {
  it.each([
    ['nginx', 'nginx-'],
    ['very-long-name', 'very-lon-'],
    ['abcdefg-hij', 'abcdefg--'],
    ['--x', 'x-'],
  ])('of Pod %s begin with %s', (podName, begin) => {
    expect(podInterfaceName(podName, 'abc', sha1Hex)).toBe(`${begin}a9993e`);
  });

  it.each([
    ['k8s-node-control-plane', 'ol-plane-'],
    ['node-a-worker-1', 'worker-1-'],
    ['x-worker-01', 'orker-01-'],
    ['node-abcdefg', 'abcdefg-'],
    ['n1', 'n1-'],
  ])('of the tunnel to Node %s begin with %s', (nodeName, begin) => {
    expect(nodeTunnelName(nodeName, sha1Hex)).toBe(`${begin}${sha1Hex(`node/${nodeName}`).slice(0, 6)}`);
  });

  it('are taken by Linux', () => {
    fc.assert(
      fc.property(dnsLabel, dnsLabel, (name, id) => {
        for (const result of [podInterfaceName(name, id, sha1Hex), nodeTunnelName(name, sha1Hex)]) {
          expect(result.length).toBeLessThanOrEqual(maxInterfaceNameLength);
          expect(result).toMatch(/^[a-z0-9][-a-z0-9]*$/);
        }
      }),
    );
  });
});
