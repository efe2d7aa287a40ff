import { expect, it } from 'vitest';
import { ovsEndpoint } from './ovs-endpoint.js';

it('is a socket in the run directory, and a pipe called after it on Windows', () => {
  expect(ovsEndpoint('/var/run/openvswitch', 'db.sock', 'linux')).toBe('/var/run/openvswitch/db.sock');
  for (const runDir of ['C:\\openvswitch\\var\\run\\openvswitch', 'C:/openvswitch/var/run/openvswitch']) {
    expect(ovsEndpoint(runDir, 'br-int.mgmt', 'win32')).toBe('\\\\.\\pipe\\C:openvswitchvarrunopenvswitchbr-int.mgmt');
  }
});
