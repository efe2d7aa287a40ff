import type { MonitorSpec, OpenVSwitchTables, Replica, RowChange } from '@antrea-ts/ovsdb';

/**
 * The tables and columns kept as a replica. Statistics and LACP, CFM or BFD state are left out: they change every few
 * seconds on every port and nobody here reads them.
 */
export const monitoredColumns = {
  Open_vSwitch: [
    '_uuid',
    'bridges',
    'other_config',
    'external_ids',
    'next_cfg',
    'cur_cfg',
    'ovs_version',
    'db_version',
  ],
  Bridge: [
    '_uuid',
    'name',
    'datapath_type',
    'datapath_id',
    'ports',
    'protocols',
    'fail_mode',
    'other_config',
    'external_ids',
  ],
  Port: ['_uuid', 'name', 'interfaces', 'tag', 'trunks', 'vlan_mode', 'external_ids', 'other_config'],
  Interface: [
    '_uuid',
    'name',
    'type',
    'options',
    'external_ids',
    'ofport',
    'ofport_request',
    'mtu',
    'mtu_request',
    'mac_in_use',
    'ifindex',
    'admin_state',
    'link_state',
    'error',
  ],
} as const satisfies MonitorSpec<OpenVSwitchTables>;

export type Monitored = typeof monitoredColumns;
export type OvsReplica = Replica<OpenVSwitchTables, Monitored>;
export type OvsRowChange = RowChange<OpenVSwitchTables, Monitored>;
