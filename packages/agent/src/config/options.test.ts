import { loadConfig } from '@antrea-ts/runtime';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
    [{ tlsMinVersion: 'VersionTLS10' }, /tlsMinVersion: VersionTLS10 is not safe and not offered; use VersionTLS12/],
    [{ tlsCipherSuites: 'NULL' }, /tlsCipherSuites: NULL is not a known suite/],
    [{ trafficEncapMode: 'networkPolicyOnly' }, /networkPolicyOnly .* is not available/],
  ] as const)('refuses %j and names the keys', async (change, message) => {
    const config = await optionsFor();
    const featureGates = { ...config.featureGates, ...('featureGates' in change ? change.featureGates : {}) };
    expect(() => agentOptions({ ...config, ...change, featureGates })).toThrow(message);
  });
});

/** Every key that 1.3's sample file has. */
const sampleOf13 = `
featureGates: { AntreaProxy: true, EndpointSlice: false, Traceflow: true, NodePortLocal: false, AntreaPolicy: true, FlowExporter: false, NetworkPolicyStats: true, Egress: false }
ovsBridge: br-int
ovsDatapathType: system
ovsRunDir: /var/run/openvswitch
hostGateway: antrea-gw0
trafficEncapMode: Encap
noSNAT: false
tunnelType: geneve
trafficEncryptionMode: none
wireGuard: { port: 51820 }
defaultMTU: 0
hostProcPathPrefix: /host
serviceCIDR: 10.96.0.0/12
serviceCIDRv6: ""
apiPort: 10350
clusterPort: 10351
enablePrometheusMetrics: true
flowCollectorAddr: "flow-aggregator.flow-aggregator.svc:4739:tls"
flowPollInterval: "5s"
activeFlowExportTimeout: "30s"
idleFlowExportTimeout: "15s"
nplPortRange: 61000-62000
kubeAPIServerOverride: ""
dnsServerOverride: ""
tlsCipherSuites: ""
tlsMinVersion: ""
transportInterface: ""
cniSocket: /var/run/antrea/cni.sock
clientConnection: { kubeconfig: "" }
antreaClientConnection: { kubeconfig: "" }
`;

it("loads 1.3's sample file", async () => {
  const directory = mkdtempSync(join(tmpdir(), 'antrea-conf-'));
  const file = join(directory, 'antrea-agent.conf');
  writeFileSync(file, sampleOf13);
  try {
    expect(agentOptions(await optionsFor('--config', file)).trafficEncapMode).toBe('encap');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
