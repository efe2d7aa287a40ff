import { createMetrics } from '@antrea-ts/runtime';
import { describe, expect, it } from 'vitest';
import { createAgentMetrics } from './agent-metrics.js';

async function scraped() {
  const metrics = await createMetrics({ processMetrics: false });
  const agent = createAgentMetrics(metrics);
  return { agent, text: async () => (await metrics.render()).body };
}

describe('metrics of the agent', () => {
  it('have the names and types of 1.3, all from the start', async () => {
    const { text } = await scraped();
    const types = [...(await text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
    expect(types.sort()).toEqual([
      'antrea_agent_conntrack_antrea_connection_count gauge',
      'antrea_agent_conntrack_max_connection_count gauge',
      'antrea_agent_conntrack_total_connection_count gauge',
      'antrea_agent_denied_connection_count gauge',
      'antrea_agent_egress_networkpolicy_rule_count gauge',
      'antrea_agent_ingress_networkpolicy_rule_count gauge',
      'antrea_agent_local_pod_count gauge',
      'antrea_agent_networkpolicy_count gauge',
      'antrea_agent_ovs_flow_count gauge',
      'antrea_agent_ovs_flow_ops_count counter',
      'antrea_agent_ovs_flow_ops_error_count counter',
      'antrea_agent_ovs_flow_ops_latency_milliseconds histogram',
      'antrea_agent_ovs_total_flow_count gauge',
      'antrea_proxy_sync_proxy_rules_duration_seconds histogram',
      'antrea_proxy_total_endpoints_installed gauge',
      'antrea_proxy_total_endpoints_updates counter',
      'antrea_proxy_total_services_installed gauge',
      'antrea_proxy_total_services_updates counter',
    ]);
    expect(await text()).toContain('antrea_agent_ovs_flow_ops_count{operation="modify"} 0');
    expect(await text()).toContain('antrea_proxy_total_services_updates{ip_family="v6"} 0');
  });

  it('tell what parts report, and that an emptied table is empty', async () => {
    const { agent, text } = await scraped();
    let flows = new Map([
      [0, 4],
      [10, 2],
    ]);
    agent.observe({ flows: () => flows, pods: () => 2 });
    agent.observe({ networkPolicies: () => 5 });
    agent.proxy.installed({ services: 3, endpoints: 7 }, 'v4');
    agent.dataplane.applied('add', true, 1);
    agent.dataplane.bundle(3, ['add']);
    for (const line of [
      'antrea_agent_local_pod_count 2',
      'antrea_agent_networkpolicy_count 5',
      'antrea_agent_ovs_total_flow_count 6',
      'antrea_agent_ovs_flow_count{table_id="10"} 2',
      'antrea_proxy_total_endpoints_installed{ip_family="v4"} 7',
      'antrea_agent_ovs_flow_ops_count{operation="add"} 1',
      'antrea_agent_ovs_flow_ops_latency_milliseconds_bucket{le="4",operation="add"} 1',
    ]) {
      expect((await text()).split('\n')).toContain(line);
    }
    flows = new Map([[0, 4]]);
    expect(await text()).toContain('antrea_agent_ovs_flow_count{table_id="10"} 0');
  });
});
