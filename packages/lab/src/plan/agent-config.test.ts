import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { LabOptions } from '../options.js';
import { planAddresses } from './addresses.js';
import { renderAgentConfig, servesServices } from './agent-config.js';

const options: LabOptions = {
  nodes: 2,
  ip: 'dual',
  mode: 'hybrid',
  tunnel: 'vxlan',
  datapath: 'netdev',
  encryption: 'none',
  transportInterface: false,
  featureGates: { Egress: true },
  agentConfig: '',
};

function render(change: Partial<LabOptions> = {}): Record<string, unknown> {
  const merged = { ...options, ...change };
  return parse(renderAgentConfig(merged, planAddresses(merged), { kubeconfig: '/lab/kubeconfig' })) as Record<
    string,
    unknown
  >;
}

describe('renderAgentConfig', () => {
  it('says what the options say', () => {
    expect(render()).toEqual({
      ovsDatapathType: 'netdev',
      trafficEncapMode: 'hybrid',
      tunnelType: 'vxlan',
      trafficEncryptionMode: 'none',
      hostProcPathPrefix: '',
      serviceCIDR: '10.96.0.0/12',
      serviceCIDRv6: 'fd00:10:96::/112',
      clientConnection: { kubeconfig: '/lab/kubeconfig' },
      featureGates: { Egress: true },
    });
  });

  it('leaves out what a Windows agent refuses', () => {
    const gates = { ...options, featureGates: { Egress: true, NodePortLocal: true, Traceflow: true } };
    const text = renderAgentConfig(gates, planAddresses(gates), { os: 'windows', kubeconfig: 'Z:\\kubeconfig' });
    expect(parse(text)).toMatchObject({
      featureGates: { Traceflow: true },
      clientConnection: { kubeconfig: 'Z:\\kubeconfig' },
    });
    expect(text).not.toMatch(/Egress|NodePortLocal/);
  });

  it('lets the file win, and merges mappings', () => {
    const config = render({ agentConfig: 'tunnelType: gre\ndefaultMTU: 1400\nfeatureGates:\n  AntreaProxy: false\n' });
    expect(config).toMatchObject({
      tunnelType: 'gre',
      defaultMTU: 1400,
      featureGates: { Egress: true, AntreaProxy: false },
    });
  });

  it('leaves IPv6 out where there is none', () => {
    expect(render({ ip: 'v4' })).not.toHaveProperty('serviceCIDRv6');
  });

  it.each(['- a list', 'just text', 'a: [', 'a: 1\na: 2'])('refuses %j', (agentConfig) => {
    expect(() => render({ agentConfig })).toThrow(/^--config: /);
  });
});

it.each([
  [{}, '', true],
  [{ AntreaProxy: false }, '', false],
  [{}, 'featureGates: { AntreaProxy: false }', false],
  [{ AntreaProxy: false }, 'featureGates: { AntreaProxy: true }', true],
])('with gates %j and the file "%s" agents balance Services: %s', (featureGates, agentConfig, expected) => {
  expect(servesServices({ featureGates, agentConfig })).toBe(expected);
});
