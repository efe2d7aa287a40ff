function named(prefix: string, names: string): readonly string[] {
  return names
    .trim()
    .split(/\s+/)
    .map((name) => `${prefix}_${name}`)
    .toSorted();
}

/** Every metric of Antrea 1.3's agent, in order. */
export const agentMetricNames: readonly string[] = [
  ...named(
    'antrea_agent',
    `conntrack_antrea_connection_count conntrack_max_connection_count conntrack_total_connection_count
    denied_connection_count egress_networkpolicy_rule_count ingress_networkpolicy_rule_count local_pod_count
    networkpolicy_count ovs_flow_count ovs_flow_ops_count ovs_flow_ops_error_count ovs_flow_ops_latency_milliseconds
    ovs_total_flow_count`,
  ),
  ...named(
    'antrea_proxy',
    `sync_proxy_rules_duration_seconds total_endpoints_installed total_endpoints_updates total_services_installed
    total_services_updates`,
  ),
];

/** Every metric of Antrea 1.3's controller, in order. */
export const controllerMetricNames: readonly string[] = named(
  'antrea_controller',
  `acnp_status_updates address_group_processed address_group_sync_duration_milliseconds anp_status_updates
  applied_to_group_processed applied_to_group_sync_duration_milliseconds length_address_group_queue
  length_applied_to_group_queue length_network_policy_queue network_policy_processed
  network_policy_sync_duration_milliseconds`,
);
