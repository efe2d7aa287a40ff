import { expect, test } from 'vitest';
import { agentFeatureGates } from './feature-gates.js';

test('beta gates are on, alpha gates are off', () => {
  for (const [name, gate] of Object.entries(agentFeatureGates)) {
    expect([name, gate.default]).toEqual([name, gate.stage === 'beta']);
  }
});

test('the gates are those of Antrea 1.3', () => {
  expect(Object.keys(agentFeatureGates).sort()).toEqual([
    'AntreaPolicy',
    'AntreaProxy',
    'Egress',
    'EndpointSlice',
    'FlowExporter',
    'NetworkPolicyStats',
    'NodePortLocal',
    'Traceflow',
  ]);
});
