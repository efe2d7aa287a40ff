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
    [{ enableIPSecTunnel: true }, /trafficEncryptionMode ipsec is not available/],
    [{ tlsMinVersion: 'VersionTLS10' }, /tlsMinVersion: VersionTLS10 is not safe and not offered; use VersionTLS12/],
    [{ tlsCipherSuites: 'NULL' }, /tlsCipherSuites: NULL is not a known suite/],
  ] as const)('refuses %j and names the keys', async (change, message) => {
    const config = await optionsFor();
    expect(() => agentOptions({ ...config, ...change })).toThrow(message);
  });
});

describe('combinations of the mode', () => {
  const direct = ['noEncap', 'hybrid', 'networkPolicyOnly'] as const;
  const encryptions = [
    [{ trafficEncryptionMode: 'ipsec' }, 'trafficEncryptionMode ipsec'],
    [{ trafficEncryptionMode: 'wireGuard' }, 'trafficEncryptionMode wireGuard'],
    [{ enableIPSecTunnel: true }, 'enableIPSecTunnel true'],
  ] as const;

  it.each(direct)('%s without AntreaProxy is refused', async (trafficEncapMode) => {
    const config = await optionsFor();
    const featureGates = { ...config.featureGates, AntreaProxy: false };
    expect(() => agentOptions({ ...config, trafficEncapMode, featureGates })).toThrow(
      `trafficEncapMode ${trafficEncapMode} with featureGates.AntreaProxy false`,
    );
  });

  it.each(direct.flatMap((mode) => encryptions.map(([change, key]) => [mode, change, key] as const)))(
    '%s with %j is refused',
    async (trafficEncapMode, change, key) => {
      const config = await optionsFor();
      expect(() => agentOptions({ ...config, ...change, trafficEncapMode })).toThrow(
        `${key} with trafficEncapMode ${trafficEncapMode}: encryption may only be enabled in encap mode`,
      );
    },
  );

  it.each([
    ['encap', 'refused'],
    ['hybrid', 'refused'],
    ['noEncap', true],
    ['networkPolicyOnly', true],
  ] as const)('noSNAT with %s: %s', async (trafficEncapMode, expected) => {
    const config = { ...(await optionsFor()), trafficEncapMode, noSNAT: true };
    if (expected === 'refused') {
      expect(() => agentOptions(config)).toThrow(`noSNAT true with trafficEncapMode ${trafficEncapMode}`);
    } else {
      expect(agentOptions(config).noSnat).toBe(expected);
    }
  });

  it('stt is for the kernel: the userspace datapath would lose every packet', async () => {
    const config = { ...(await optionsFor()), tunnelType: 'stt' } as const;
    expect(agentOptions({ ...config, ovsDatapathType: 'system' }).tunnelType).toBe('stt');
    const netdev = { ...config, ovsDatapathType: 'netdev' } as const;
    expect(() => agentOptions(netdev)).toThrow('tunnelType stt with ovsDatapathType netdev: ');
    expect(agentOptions({ ...netdev, trafficEncapMode: 'noEncap' }).tunnelType).toBe('stt');
  });

  it('networkPolicyOnly never masquerades', async () => {
    expect(agentOptions({ ...(await optionsFor()), trafficEncapMode: 'networkPolicyOnly' }).noSnat).toBe(true);
  });

  it('tells of every problem at once', async () => {
    const config = await optionsFor();
    const featureGates = { ...config.featureGates, AntreaProxy: false };
    const all = { ...config, featureGates, trafficEncapMode: 'hybrid', noSNAT: true, enableIPSecTunnel: true } as const;
    expect(() => agentOptions(all)).toThrow(/AntreaProxy false.*\n.*enableIPSecTunnel true.*\n.*noSNAT true/);
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

describe('on Windows', () => {
  it.each([
    [{ trafficEncapMode: 'networkPolicyOnly' }, 'trafficEncapMode networkPolicyOnly'],
    [{ tunnelType: 'gre' }, 'tunnelType gre'],
    [{ ovsDatapathType: 'netdev' }, 'ovsDatapathType netdev'],
    [{ trafficEncryptionMode: 'wireGuard' }, 'trafficEncryptionMode wireGuard'],
  ] as const)('%j is refused with a reason', async (change, message) => {
    const config = await optionsFor();
    expect(() => agentOptions({ ...config, ...change }, 'windows')).toThrow(message);
  });

  it.each([
    ['AntreaProxy', false],
    ['Egress', true],
    ['NodePortLocal', true],
  ] as const)('gate %s cannot be %s', async (gate, value) => {
    const config = await optionsFor();
    const featureGates = { ...config.featureGates, [gate]: value };
    expect(() => agentOptions({ ...config, featureGates }, 'windows')).toThrow(`featureGates.${gate} ${value}`);
  });

  it('the name of the Node is in small letters', async () => {
    expect(agentOptions({ ...(await optionsFor()), nodeName: 'WIN-1' }, 'windows').nodeName).toBe('win-1');
  });
});
