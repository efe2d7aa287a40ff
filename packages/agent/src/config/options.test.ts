import { loadConfig } from '@antrea-ts/runtime';
import { describe, expect, it } from 'vitest';
import { agentConfigTable } from './keys.js';
import { agentOptions } from './options.js';

async function optionsFor(...argv: string[]) {
  const loaded = await loadConfig(agentConfigTable, { argv, env: { NODE_NAME: 'n1' }, platform: 'linux' });
  if (loaded.kind !== 'run') throw new Error('not a run');
  return { ...loaded.config };
}

describe('agentOptions', () => {
  it('has the defaults of 1.3', async () => {
    expect(agentOptions(await optionsFor())).toMatchObject({
      nodeName: 'n1',
      ovsBridge: 'br-int',
      ovsDatapathType: 'system',
      hostGateway: 'antrea-gw0',
      trafficEncapMode: 'encap',
      tunnelType: 'geneve',
      defaultMTU: 0,
      apiPort: 10350,
      noSnat: false,
      cniSocket: '/var/run/antrea/cni.sock',
      hostProcPathPrefix: '/host',
      gates: { AntreaProxy: true, AntreaPolicy: true, Egress: false },
    });
  });

  it.each([
    [{ noSNAT: true }, /noSNAT true with trafficEncapMode encap/],
    [
      { trafficEncapMode: 'noEncap', featureGates: { AntreaProxy: false } },
      /trafficEncapMode noEncap with featureGates\.AntreaProxy false/,
    ],
    [
      { trafficEncapMode: 'hybrid', trafficEncryptionMode: 'ipsec' },
      /trafficEncryptionMode ipsec with trafficEncapMode hybrid/,
    ],
    [{ enableIPSecTunnel: true }, /trafficEncryptionMode ipsec is not available/],
    [{ trafficEncapMode: 'networkPolicyOnly' }, /networkPolicyOnly .* is not available/],
  ] as const)('refuses %j and names the keys', async (change, message) => {
    const config = await optionsFor();
    const featureGates = { ...config.featureGates, ...('featureGates' in change ? change.featureGates : {}) };
    expect(() => agentOptions({ ...config, ...change, featureGates })).toThrow(message);
  });
});
