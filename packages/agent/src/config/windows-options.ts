import type { AgentOptions, DatapathType } from './options.js';

/** What a Windows Node cannot be told, each with the reason (1.3: cmd/antrea-agent/options_windows.go). */
export function windowsProblems(options: AgentOptions, datapathTypes: readonly DatapathType[]): string[] {
  const { trafficEncapMode: mode, tunnelType, ovsDatapathType, gates } = options;
  const problems: string[] = [];
  if (mode === 'networkPolicyOnly') {
    problems.push('trafficEncapMode networkPolicyOnly: no other plugin can connect Pods of a Windows Node; use encap');
  }
  if (tunnelType === 'gre') problems.push('tunnelType gre: Open vSwitch for Windows does not have it; use geneve');
  if (!datapathTypes.includes(ovsDatapathType)) {
    problems.push(`ovsDatapathType ${ovsDatapathType}: Open vSwitch for Windows has only ${datapathTypes.join(', ')}`);
  }
  if (!gates.AntreaProxy) {
    problems.push('featureGates.AntreaProxy false: on Windows nothing else balances what Pods send to Services');
  }
  for (const gate of ['Egress', 'NodePortLocal'] as const) {
    if (gates[gate]) problems.push(`featureGates.${gate} true: Windows Nodes cannot do it; leave it off there`);
  }
  return problems;
}
