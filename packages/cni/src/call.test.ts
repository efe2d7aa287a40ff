import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCall } from './call.js';
import { CniError } from './errors.js';
import { callBody } from './testing/call-body.js';

const environment = {
  CNI_COMMAND: 'ADD',
  CNI_CONTAINERID: 'c1',
  CNI_NETNS: '/proc/1/ns/net',
  CNI_IFNAME: 'eth0',
  CNI_ARGS: 'IgnoreUnknown=1;K8S_POD_NAME=web;K8S_POD_NAMESPACE=default',
  CNI_PATH: '/opt/cni/bin:/usr/lib/cni',
};

describe('decodeCall', () => {
  it('reads environment and standard input', () => {
    const call = decodeCall(callBody(environment, '{"name":"antrea"}'));
    expect(call).toEqual({
      command: 'ADD',
      containerId: 'c1',
      netns: '/proc/1/ns/net',
      ifName: 'eth0',
      args: new Map([
        ['IgnoreUnknown', '1'],
        ['K8S_POD_NAME', 'web'],
        ['K8S_POD_NAMESPACE', 'default'],
      ]),
      path: ['/opt/cni/bin', '/usr/lib/cni'],
      config: '{"name":"antrea"}',
    });
  });

  it.each([
    ['an unknown command', { CNI_COMMAND: 'GIVE' }, /CNI_COMMAND is "GIVE"/],
    ['no container', { CNI_CONTAINERID: '' }, /CNI_CONTAINERID is not set/],
    ['a container that is a path', { CNI_CONTAINERID: '../x' }, /CNI_CONTAINERID is "..\/x"/],
    ['no namespace for an ADD', { CNI_NETNS: '' }, /CNI_NETNS is not set/],
    ['an interface name that is too long', { CNI_IFNAME: 'a'.repeat(16) }, /CNI_IFNAME/],
    ['an interface name with a slash', { CNI_IFNAME: 'a/b' }, /CNI_IFNAME/],
  ])('refuses %s by name', (_, change, message) => {
    expect(() => decodeCall(callBody({ ...environment, ...change }, '{}'))).toThrow(message);
  });

  it('lets a DEL come without a namespace: the runtime may no longer know it', () => {
    const call = decodeCall(callBody({ ...environment, CNI_COMMAND: 'DEL', CNI_NETNS: '' }, '{}'));
    expect(call.netns).toBe('');
  });

  it.each(['STATUS', 'GC'])('%s is about no container', (command) => {
    expect(decodeCall(callBody({ CNI_COMMAND: command, CNI_PATH: '/x' }, '{}'))).toMatchObject({
      command,
      containerId: '',
    });
  });

  it('answers any bytes with a call or a CniError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          decodeCall(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(CniError);
        }
      }),
    );
  });
});
