// Generated from codegen/vswitch.ovsschema by `npm run codegen`. Do not edit.
import type { TypedSchema } from '../schema.js';
import type { Uuid } from '../value.js';

/** A row of table Open_vSwitch. */
export interface OpenVSwitchRow {
  readonly _uuid: Uuid;
  readonly datapaths: ReadonlyMap<string, Uuid>;
  readonly bridges: readonly Uuid[];
  readonly manager_options: readonly Uuid[];
  readonly ssl: Uuid | undefined;
  readonly other_config: ReadonlyMap<string, string>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly next_cfg: number;
  readonly cur_cfg: number;
  readonly statistics: ReadonlyMap<string, string>;
  readonly ovs_version: string | undefined;
  readonly db_version: string | undefined;
  readonly system_type: string | undefined;
  readonly system_version: string | undefined;
  readonly datapath_types: readonly string[];
  readonly iface_types: readonly string[];
  readonly dpdk_initialized: boolean;
  readonly dpdk_version: string | undefined;
}

/** A row of table Bridge. */
export interface BridgeRow {
  readonly _uuid: Uuid;
  readonly name: string;
  readonly datapath_type: string;
  readonly datapath_version: string;
  readonly datapath_id: string | undefined;
  readonly stp_enable: boolean;
  readonly rstp_enable: boolean;
  readonly mcast_snooping_enable: boolean;
  readonly ports: readonly Uuid[];
  readonly mirrors: readonly Uuid[];
  readonly netflow: Uuid | undefined;
  readonly sflow: Uuid | undefined;
  readonly ipfix: Uuid | undefined;
  readonly controller: readonly Uuid[];
  readonly protocols: readonly ('OpenFlow10' | 'OpenFlow11' | 'OpenFlow12' | 'OpenFlow13' | 'OpenFlow14' | 'OpenFlow15')[];
  readonly fail_mode: 'standalone' | 'secure' | undefined;
  readonly status: ReadonlyMap<string, string>;
  readonly rstp_status: ReadonlyMap<string, string>;
  readonly other_config: ReadonlyMap<string, string>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly flood_vlans: readonly number[];
  readonly flow_tables: ReadonlyMap<number, Uuid>;
  readonly auto_attach: Uuid | undefined;
}

/** A row of table Port. */
export interface PortRow {
  readonly _uuid: Uuid;
  readonly name: string;
  readonly interfaces: readonly Uuid[];
  readonly trunks: readonly number[];
  readonly cvlans: readonly number[];
  readonly tag: number | undefined;
  readonly vlan_mode: 'trunk' | 'access' | 'native-tagged' | 'native-untagged' | 'dot1q-tunnel' | undefined;
  readonly qos: Uuid | undefined;
  readonly mac: string | undefined;
  readonly bond_mode: 'balance-tcp' | 'balance-slb' | 'active-backup' | undefined;
  readonly lacp: 'active' | 'passive' | 'off' | undefined;
  readonly bond_updelay: number;
  readonly bond_downdelay: number;
  readonly bond_active_slave: string | undefined;
  readonly bond_fake_iface: boolean;
  readonly fake_bridge: boolean;
  readonly status: ReadonlyMap<string, string>;
  readonly rstp_status: ReadonlyMap<string, string>;
  readonly rstp_statistics: ReadonlyMap<string, number>;
  readonly statistics: ReadonlyMap<string, number>;
  readonly protected: boolean;
  readonly other_config: ReadonlyMap<string, string>;
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of table Interface. */
export interface InterfaceRow {
  readonly _uuid: Uuid;
  readonly name: string;
  readonly type: string;
  readonly options: ReadonlyMap<string, string>;
  readonly ingress_policing_rate: number;
  readonly ingress_policing_burst: number;
  readonly ingress_policing_kpkts_rate: number;
  readonly ingress_policing_kpkts_burst: number;
  readonly mac_in_use: string | undefined;
  readonly mac: string | undefined;
  readonly ifindex: number | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly ofport: number | undefined;
  readonly ofport_request: number | undefined;
  readonly bfd: ReadonlyMap<string, string>;
  readonly bfd_status: ReadonlyMap<string, string>;
  readonly cfm_mpid: number | undefined;
  readonly cfm_remote_mpids: readonly number[];
  readonly cfm_flap_count: number | undefined;
  readonly cfm_fault: boolean | undefined;
  readonly cfm_fault_status: readonly string[];
  readonly cfm_remote_opstate: 'up' | 'down' | undefined;
  readonly cfm_health: number | undefined;
  readonly lacp_current: boolean | undefined;
  readonly lldp: ReadonlyMap<string, string>;
  readonly other_config: ReadonlyMap<string, string>;
  readonly statistics: ReadonlyMap<string, number>;
  readonly status: ReadonlyMap<string, string>;
  readonly admin_state: 'up' | 'down' | undefined;
  readonly link_state: 'up' | 'down' | undefined;
  readonly link_resets: number | undefined;
  readonly link_speed: number | undefined;
  readonly duplex: 'half' | 'full' | undefined;
  readonly mtu: number | undefined;
  readonly mtu_request: number | undefined;
  readonly error: string | undefined;
}

/** A row of table Flow_Table. */
export interface FlowTableRow {
  readonly _uuid: Uuid;
  readonly name: string | undefined;
  readonly flow_limit: number | undefined;
  readonly overflow_policy: 'refuse' | 'evict' | undefined;
  readonly groups: readonly string[];
  readonly prefixes: readonly string[];
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of table QoS. */
export interface QoSRow {
  readonly _uuid: Uuid;
  readonly type: string;
  readonly queues: ReadonlyMap<number, Uuid>;
  readonly other_config: ReadonlyMap<string, string>;
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of table Queue. */
export interface QueueRow {
  readonly _uuid: Uuid;
  readonly dscp: number | undefined;
  readonly other_config: ReadonlyMap<string, string>;
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of table Mirror. */
export interface MirrorRow {
  readonly _uuid: Uuid;
  readonly name: string;
  readonly select_all: boolean;
  readonly select_src_port: readonly Uuid[];
  readonly select_dst_port: readonly Uuid[];
  readonly select_vlan: readonly number[];
  readonly output_port: Uuid | undefined;
  readonly output_vlan: number | undefined;
  readonly snaplen: number | undefined;
  readonly statistics: ReadonlyMap<string, number>;
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of table NetFlow. */
export interface NetFlowRow {
  readonly _uuid: Uuid;
  readonly targets: readonly string[];
  readonly engine_type: number | undefined;
  readonly engine_id: number | undefined;
  readonly add_id_to_interface: boolean;
  readonly active_timeout: number;
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of table sFlow. */
export interface SFlowRow {
  readonly _uuid: Uuid;
  readonly targets: readonly string[];
  readonly sampling: number | undefined;
  readonly polling: number | undefined;
  readonly header: number | undefined;
  readonly agent: string | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of table IPFIX. */
export interface IPFIXRow {
  readonly _uuid: Uuid;
  readonly targets: readonly string[];
  readonly sampling: number | undefined;
  readonly obs_domain_id: number | undefined;
  readonly obs_point_id: number | undefined;
  readonly cache_active_timeout: number | undefined;
  readonly cache_max_flows: number | undefined;
  readonly other_config: ReadonlyMap<string, string>;
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of table Flow_Sample_Collector_Set. */
export interface FlowSampleCollectorSetRow {
  readonly _uuid: Uuid;
  readonly id: number;
  readonly bridge: Uuid;
  readonly ipfix: Uuid | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of table Controller. */
export interface ControllerRow {
  readonly _uuid: Uuid;
  readonly type: 'primary' | 'service' | undefined;
  readonly target: string;
  readonly max_backoff: number | undefined;
  readonly inactivity_probe: number | undefined;
  readonly connection_mode: 'in-band' | 'out-of-band' | undefined;
  readonly local_ip: string | undefined;
  readonly local_netmask: string | undefined;
  readonly local_gateway: string | undefined;
  readonly enable_async_messages: boolean | undefined;
  readonly controller_queue_size: number | undefined;
  readonly controller_rate_limit: number | undefined;
  readonly controller_burst_limit: number | undefined;
  readonly other_config: ReadonlyMap<string, string>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly is_connected: boolean;
  readonly role: 'other' | 'master' | 'slave' | undefined;
  readonly status: ReadonlyMap<string, string>;
}

/** A row of table Manager. */
export interface ManagerRow {
  readonly _uuid: Uuid;
  readonly target: string;
  readonly max_backoff: number | undefined;
  readonly inactivity_probe: number | undefined;
  readonly connection_mode: 'in-band' | 'out-of-band' | undefined;
  readonly other_config: ReadonlyMap<string, string>;
  readonly external_ids: ReadonlyMap<string, string>;
  readonly is_connected: boolean;
  readonly status: ReadonlyMap<string, string>;
}

/** A row of table Datapath. */
export interface DatapathRow {
  readonly _uuid: Uuid;
  readonly datapath_version: string;
  readonly ct_zones: ReadonlyMap<number, Uuid>;
  readonly capabilities: ReadonlyMap<string, string>;
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of table CT_Zone. */
export interface CTZoneRow {
  readonly _uuid: Uuid;
  readonly timeout_policy: Uuid | undefined;
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of table CT_Timeout_Policy. */
export interface CTTimeoutPolicyRow {
  readonly _uuid: Uuid;
  readonly timeouts: ReadonlyMap<'tcp_syn_sent' | 'tcp_syn_recv' | 'tcp_established' | 'tcp_fin_wait' | 'tcp_close_wait' | 'tcp_last_ack' | 'tcp_time_wait' | 'tcp_close' | 'tcp_syn_sent2' | 'tcp_retransmit' | 'tcp_unack' | 'udp_first' | 'udp_single' | 'udp_multiple' | 'icmp_first' | 'icmp_reply', number>;
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of table SSL. */
export interface SSLRow {
  readonly _uuid: Uuid;
  readonly private_key: string;
  readonly certificate: string;
  readonly ca_cert: string;
  readonly bootstrap_ca_cert: boolean;
  readonly external_ids: ReadonlyMap<string, string>;
}

/** A row of table AutoAttach. */
export interface AutoAttachRow {
  readonly _uuid: Uuid;
  readonly system_name: string;
  readonly system_description: string;
  readonly mappings: ReadonlyMap<number, number>;
}

/** The rows of database Open_vSwitch, by table. */
export interface OpenVSwitchTables {
  readonly Open_vSwitch: OpenVSwitchRow;
  readonly Bridge: BridgeRow;
  readonly Port: PortRow;
  readonly Interface: InterfaceRow;
  readonly Flow_Table: FlowTableRow;
  readonly QoS: QoSRow;
  readonly Queue: QueueRow;
  readonly Mirror: MirrorRow;
  readonly NetFlow: NetFlowRow;
  readonly sFlow: SFlowRow;
  readonly IPFIX: IPFIXRow;
  readonly Flow_Sample_Collector_Set: FlowSampleCollectorSetRow;
  readonly Controller: ControllerRow;
  readonly Manager: ManagerRow;
  readonly Datapath: DatapathRow;
  readonly CT_Zone: CTZoneRow;
  readonly CT_Timeout_Policy: CTTimeoutPolicyRow;
  readonly SSL: SSLRow;
  readonly AutoAttach: AutoAttachRow;
}

/** Database Open_vSwitch, schema version 8.3.1. */
export const openVSwitchSchema: TypedSchema<OpenVSwitchTables> = {
  name: 'Open_vSwitch',
  version: '8.3.1',
  tables: {
    Open_vSwitch: {
      isRoot: true,
      indexes: [],
      columns: {
        datapaths: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'uuid', refTable: 'Datapath', refType: 'strong' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        bridges: { type: { kind: 'set', key: { type: 'uuid', refTable: 'Bridge', refType: 'strong' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        manager_options: { type: { kind: 'set', key: { type: 'uuid', refTable: 'Manager', refType: 'strong' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        ssl: { type: { kind: 'optional', key: { type: 'uuid', refTable: 'SSL', refType: 'strong' } }, mutable: true, ephemeral: false },
        other_config: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        next_cfg: { type: { kind: 'scalar', key: { type: 'integer' } }, mutable: true, ephemeral: false },
        cur_cfg: { type: { kind: 'scalar', key: { type: 'integer' } }, mutable: true, ephemeral: false },
        statistics: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
        ovs_version: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
        db_version: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
        system_type: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
        system_version: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
        datapath_types: { type: { kind: 'set', key: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        iface_types: { type: { kind: 'set', key: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        dpdk_initialized: { type: { kind: 'scalar', key: { type: 'boolean' } }, mutable: true, ephemeral: false },
        dpdk_version: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
      },
    },
    Bridge: {
      isRoot: false,
      indexes: [['name']],
      columns: {
        name: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: false, ephemeral: false },
        datapath_type: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false },
        datapath_version: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false },
        datapath_id: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: true },
        stp_enable: { type: { kind: 'scalar', key: { type: 'boolean' } }, mutable: true, ephemeral: false },
        rstp_enable: { type: { kind: 'scalar', key: { type: 'boolean' } }, mutable: true, ephemeral: false },
        mcast_snooping_enable: { type: { kind: 'scalar', key: { type: 'boolean' } }, mutable: true, ephemeral: false },
        ports: { type: { kind: 'set', key: { type: 'uuid', refTable: 'Port', refType: 'strong' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        mirrors: { type: { kind: 'set', key: { type: 'uuid', refTable: 'Mirror', refType: 'strong' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        netflow: { type: { kind: 'optional', key: { type: 'uuid', refTable: 'NetFlow', refType: 'strong' } }, mutable: true, ephemeral: false },
        sflow: { type: { kind: 'optional', key: { type: 'uuid', refTable: 'sFlow', refType: 'strong' } }, mutable: true, ephemeral: false },
        ipfix: { type: { kind: 'optional', key: { type: 'uuid', refTable: 'IPFIX', refType: 'strong' } }, mutable: true, ephemeral: false },
        controller: { type: { kind: 'set', key: { type: 'uuid', refTable: 'Controller', refType: 'strong' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        protocols: { type: { kind: 'set', key: { type: 'string', enum: ['OpenFlow10', 'OpenFlow11', 'OpenFlow12', 'OpenFlow13', 'OpenFlow14', 'OpenFlow15'] }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        fail_mode: { type: { kind: 'optional', key: { type: 'string', enum: ['standalone', 'secure'] } }, mutable: true, ephemeral: false },
        status: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
        rstp_status: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
        other_config: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        flood_vlans: { type: { kind: 'set', key: { type: 'integer', minInteger: 0, maxInteger: 4095 }, min: 0, max: 4096 }, mutable: true, ephemeral: false },
        flow_tables: { type: { kind: 'map', key: { type: 'integer', minInteger: 0, maxInteger: 254 }, value: { type: 'uuid', refTable: 'Flow_Table', refType: 'strong' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        auto_attach: { type: { kind: 'optional', key: { type: 'uuid', refTable: 'AutoAttach', refType: 'strong' } }, mutable: true, ephemeral: false },
      },
    },
    Port: {
      isRoot: false,
      indexes: [['name']],
      columns: {
        name: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: false, ephemeral: false },
        interfaces: { type: { kind: 'set', key: { type: 'uuid', refTable: 'Interface', refType: 'strong' }, min: 1, max: Infinity }, mutable: true, ephemeral: false },
        trunks: { type: { kind: 'set', key: { type: 'integer', minInteger: 0, maxInteger: 4095 }, min: 0, max: 4096 }, mutable: true, ephemeral: false },
        cvlans: { type: { kind: 'set', key: { type: 'integer', minInteger: 0, maxInteger: 4095 }, min: 0, max: 4096 }, mutable: true, ephemeral: false },
        tag: { type: { kind: 'optional', key: { type: 'integer', minInteger: 0, maxInteger: 4095 } }, mutable: true, ephemeral: false },
        vlan_mode: { type: { kind: 'optional', key: { type: 'string', enum: ['trunk', 'access', 'native-tagged', 'native-untagged', 'dot1q-tunnel'] } }, mutable: true, ephemeral: false },
        qos: { type: { kind: 'optional', key: { type: 'uuid', refTable: 'QoS', refType: 'strong' } }, mutable: true, ephemeral: false },
        mac: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
        bond_mode: { type: { kind: 'optional', key: { type: 'string', enum: ['balance-tcp', 'balance-slb', 'active-backup'] } }, mutable: true, ephemeral: false },
        lacp: { type: { kind: 'optional', key: { type: 'string', enum: ['active', 'passive', 'off'] } }, mutable: true, ephemeral: false },
        bond_updelay: { type: { kind: 'scalar', key: { type: 'integer' } }, mutable: true, ephemeral: false },
        bond_downdelay: { type: { kind: 'scalar', key: { type: 'integer' } }, mutable: true, ephemeral: false },
        bond_active_slave: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
        bond_fake_iface: { type: { kind: 'scalar', key: { type: 'boolean' } }, mutable: true, ephemeral: false },
        fake_bridge: { type: { kind: 'scalar', key: { type: 'boolean' } }, mutable: true, ephemeral: false },
        status: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
        rstp_status: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
        rstp_statistics: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'integer' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
        statistics: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'integer' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
        protected: { type: { kind: 'scalar', key: { type: 'boolean' } }, mutable: true, ephemeral: false },
        other_config: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
    Interface: {
      isRoot: false,
      indexes: [['name']],
      columns: {
        name: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: false, ephemeral: false },
        type: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false },
        options: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        ingress_policing_rate: { type: { kind: 'scalar', key: { type: 'integer', minInteger: 0 } }, mutable: true, ephemeral: false },
        ingress_policing_burst: { type: { kind: 'scalar', key: { type: 'integer', minInteger: 0 } }, mutable: true, ephemeral: false },
        ingress_policing_kpkts_rate: { type: { kind: 'scalar', key: { type: 'integer', minInteger: 0 } }, mutable: true, ephemeral: false },
        ingress_policing_kpkts_burst: { type: { kind: 'scalar', key: { type: 'integer', minInteger: 0 } }, mutable: true, ephemeral: false },
        mac_in_use: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: true },
        mac: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
        ifindex: { type: { kind: 'optional', key: { type: 'integer', minInteger: 0, maxInteger: 4294967295 } }, mutable: true, ephemeral: true },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        ofport: { type: { kind: 'optional', key: { type: 'integer' } }, mutable: true, ephemeral: false },
        ofport_request: { type: { kind: 'optional', key: { type: 'integer', minInteger: 1, maxInteger: 65279 } }, mutable: true, ephemeral: false },
        bfd: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        bfd_status: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
        cfm_mpid: { type: { kind: 'optional', key: { type: 'integer' } }, mutable: true, ephemeral: false },
        cfm_remote_mpids: { type: { kind: 'set', key: { type: 'integer' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
        cfm_flap_count: { type: { kind: 'optional', key: { type: 'integer' } }, mutable: true, ephemeral: false },
        cfm_fault: { type: { kind: 'optional', key: { type: 'boolean' } }, mutable: true, ephemeral: true },
        cfm_fault_status: { type: { kind: 'set', key: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
        cfm_remote_opstate: { type: { kind: 'optional', key: { type: 'string', enum: ['up', 'down'] } }, mutable: true, ephemeral: true },
        cfm_health: { type: { kind: 'optional', key: { type: 'integer', minInteger: 0, maxInteger: 100 } }, mutable: true, ephemeral: true },
        lacp_current: { type: { kind: 'optional', key: { type: 'boolean' } }, mutable: true, ephemeral: true },
        lldp: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        other_config: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        statistics: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'integer' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
        status: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
        admin_state: { type: { kind: 'optional', key: { type: 'string', enum: ['up', 'down'] } }, mutable: true, ephemeral: true },
        link_state: { type: { kind: 'optional', key: { type: 'string', enum: ['up', 'down'] } }, mutable: true, ephemeral: true },
        link_resets: { type: { kind: 'optional', key: { type: 'integer' } }, mutable: true, ephemeral: true },
        link_speed: { type: { kind: 'optional', key: { type: 'integer' } }, mutable: true, ephemeral: true },
        duplex: { type: { kind: 'optional', key: { type: 'string', enum: ['half', 'full'] } }, mutable: true, ephemeral: true },
        mtu: { type: { kind: 'optional', key: { type: 'integer' } }, mutable: true, ephemeral: true },
        mtu_request: { type: { kind: 'optional', key: { type: 'integer', minInteger: 1 } }, mutable: true, ephemeral: false },
        error: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
      },
    },
    Flow_Table: {
      isRoot: false,
      indexes: [],
      columns: {
        name: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
        flow_limit: { type: { kind: 'optional', key: { type: 'integer', minInteger: 0 } }, mutable: true, ephemeral: false },
        overflow_policy: { type: { kind: 'optional', key: { type: 'string', enum: ['refuse', 'evict'] } }, mutable: true, ephemeral: false },
        groups: { type: { kind: 'set', key: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        prefixes: { type: { kind: 'set', key: { type: 'string' }, min: 0, max: 3 }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
    QoS: {
      isRoot: true,
      indexes: [],
      columns: {
        type: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false },
        queues: { type: { kind: 'map', key: { type: 'integer', minInteger: 0, maxInteger: 4294967295 }, value: { type: 'uuid', refTable: 'Queue', refType: 'strong' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        other_config: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
    Queue: {
      isRoot: true,
      indexes: [],
      columns: {
        dscp: { type: { kind: 'optional', key: { type: 'integer', minInteger: 0, maxInteger: 63 } }, mutable: true, ephemeral: false },
        other_config: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
    Mirror: {
      isRoot: false,
      indexes: [],
      columns: {
        name: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false },
        select_all: { type: { kind: 'scalar', key: { type: 'boolean' } }, mutable: true, ephemeral: false },
        select_src_port: { type: { kind: 'set', key: { type: 'uuid', refTable: 'Port', refType: 'weak' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        select_dst_port: { type: { kind: 'set', key: { type: 'uuid', refTable: 'Port', refType: 'weak' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        select_vlan: { type: { kind: 'set', key: { type: 'integer', minInteger: 0, maxInteger: 4095 }, min: 0, max: 4096 }, mutable: true, ephemeral: false },
        output_port: { type: { kind: 'optional', key: { type: 'uuid', refTable: 'Port', refType: 'weak' } }, mutable: true, ephemeral: false },
        output_vlan: { type: { kind: 'optional', key: { type: 'integer', minInteger: 1, maxInteger: 4095 } }, mutable: true, ephemeral: false },
        snaplen: { type: { kind: 'optional', key: { type: 'integer', minInteger: 14, maxInteger: 65535 } }, mutable: true, ephemeral: false },
        statistics: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'integer' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
    NetFlow: {
      isRoot: false,
      indexes: [],
      columns: {
        targets: { type: { kind: 'set', key: { type: 'string' }, min: 1, max: Infinity }, mutable: true, ephemeral: false },
        engine_type: { type: { kind: 'optional', key: { type: 'integer', minInteger: 0, maxInteger: 255 } }, mutable: true, ephemeral: false },
        engine_id: { type: { kind: 'optional', key: { type: 'integer', minInteger: 0, maxInteger: 255 } }, mutable: true, ephemeral: false },
        add_id_to_interface: { type: { kind: 'scalar', key: { type: 'boolean' } }, mutable: true, ephemeral: false },
        active_timeout: { type: { kind: 'scalar', key: { type: 'integer', minInteger: -1 } }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
    sFlow: {
      isRoot: false,
      indexes: [],
      columns: {
        targets: { type: { kind: 'set', key: { type: 'string' }, min: 1, max: Infinity }, mutable: true, ephemeral: false },
        sampling: { type: { kind: 'optional', key: { type: 'integer' } }, mutable: true, ephemeral: false },
        polling: { type: { kind: 'optional', key: { type: 'integer' } }, mutable: true, ephemeral: false },
        header: { type: { kind: 'optional', key: { type: 'integer' } }, mutable: true, ephemeral: false },
        agent: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
    IPFIX: {
      isRoot: false,
      indexes: [],
      columns: {
        targets: { type: { kind: 'set', key: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        sampling: { type: { kind: 'optional', key: { type: 'integer', minInteger: 1, maxInteger: 4294967295 } }, mutable: true, ephemeral: false },
        obs_domain_id: { type: { kind: 'optional', key: { type: 'integer', minInteger: 0, maxInteger: 4294967295 } }, mutable: true, ephemeral: false },
        obs_point_id: { type: { kind: 'optional', key: { type: 'integer', minInteger: 0, maxInteger: 4294967295 } }, mutable: true, ephemeral: false },
        cache_active_timeout: { type: { kind: 'optional', key: { type: 'integer', minInteger: 0, maxInteger: 4200 } }, mutable: true, ephemeral: false },
        cache_max_flows: { type: { kind: 'optional', key: { type: 'integer', minInteger: 0, maxInteger: 4294967295 } }, mutable: true, ephemeral: false },
        other_config: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
    Flow_Sample_Collector_Set: {
      isRoot: true,
      indexes: [['id', 'bridge']],
      columns: {
        id: { type: { kind: 'scalar', key: { type: 'integer', minInteger: 0, maxInteger: 4294967295 } }, mutable: true, ephemeral: false },
        bridge: { type: { kind: 'scalar', key: { type: 'uuid', refTable: 'Bridge', refType: 'strong' } }, mutable: true, ephemeral: false },
        ipfix: { type: { kind: 'optional', key: { type: 'uuid', refTable: 'IPFIX', refType: 'strong' } }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
    Controller: {
      isRoot: false,
      indexes: [],
      columns: {
        type: { type: { kind: 'optional', key: { type: 'string', enum: ['primary', 'service'] } }, mutable: true, ephemeral: false },
        target: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false },
        max_backoff: { type: { kind: 'optional', key: { type: 'integer', minInteger: 1000 } }, mutable: true, ephemeral: false },
        inactivity_probe: { type: { kind: 'optional', key: { type: 'integer' } }, mutable: true, ephemeral: false },
        connection_mode: { type: { kind: 'optional', key: { type: 'string', enum: ['in-band', 'out-of-band'] } }, mutable: true, ephemeral: false },
        local_ip: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
        local_netmask: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
        local_gateway: { type: { kind: 'optional', key: { type: 'string' } }, mutable: true, ephemeral: false },
        enable_async_messages: { type: { kind: 'optional', key: { type: 'boolean' } }, mutable: true, ephemeral: false },
        controller_queue_size: { type: { kind: 'optional', key: { type: 'integer', minInteger: 1, maxInteger: 512 } }, mutable: true, ephemeral: false },
        controller_rate_limit: { type: { kind: 'optional', key: { type: 'integer', minInteger: 100 } }, mutable: true, ephemeral: false },
        controller_burst_limit: { type: { kind: 'optional', key: { type: 'integer', minInteger: 25 } }, mutable: true, ephemeral: false },
        other_config: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        is_connected: { type: { kind: 'scalar', key: { type: 'boolean' } }, mutable: true, ephemeral: true },
        role: { type: { kind: 'optional', key: { type: 'string', enum: ['other', 'master', 'slave'] } }, mutable: true, ephemeral: true },
        status: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
      },
    },
    Manager: {
      isRoot: false,
      indexes: [['target']],
      columns: {
        target: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false },
        max_backoff: { type: { kind: 'optional', key: { type: 'integer', minInteger: 1000 } }, mutable: true, ephemeral: false },
        inactivity_probe: { type: { kind: 'optional', key: { type: 'integer' } }, mutable: true, ephemeral: false },
        connection_mode: { type: { kind: 'optional', key: { type: 'string', enum: ['in-band', 'out-of-band'] } }, mutable: true, ephemeral: false },
        other_config: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        is_connected: { type: { kind: 'scalar', key: { type: 'boolean' } }, mutable: true, ephemeral: true },
        status: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: true },
      },
    },
    Datapath: {
      isRoot: false,
      indexes: [],
      columns: {
        datapath_version: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false },
        ct_zones: { type: { kind: 'map', key: { type: 'integer', minInteger: 0, maxInteger: 65535 }, value: { type: 'uuid', refTable: 'CT_Zone', refType: 'strong' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        capabilities: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
    CT_Zone: {
      isRoot: false,
      indexes: [],
      columns: {
        timeout_policy: { type: { kind: 'optional', key: { type: 'uuid', refTable: 'CT_Timeout_Policy', refType: 'strong' } }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
    CT_Timeout_Policy: {
      isRoot: false,
      indexes: [],
      columns: {
        timeouts: { type: { kind: 'map', key: { type: 'string', enum: ['tcp_syn_sent', 'tcp_syn_recv', 'tcp_established', 'tcp_fin_wait', 'tcp_close_wait', 'tcp_last_ack', 'tcp_time_wait', 'tcp_close', 'tcp_syn_sent2', 'tcp_retransmit', 'tcp_unack', 'udp_first', 'udp_single', 'udp_multiple', 'icmp_first', 'icmp_reply'] }, value: { type: 'integer', minInteger: 0, maxInteger: 4294967295 }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
    SSL: {
      isRoot: false,
      indexes: [],
      columns: {
        private_key: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false },
        certificate: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false },
        ca_cert: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false },
        bootstrap_ca_cert: { type: { kind: 'scalar', key: { type: 'boolean' } }, mutable: true, ephemeral: false },
        external_ids: { type: { kind: 'map', key: { type: 'string' }, value: { type: 'string' }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
    AutoAttach: {
      isRoot: false,
      indexes: [],
      columns: {
        system_name: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false },
        system_description: { type: { kind: 'scalar', key: { type: 'string' } }, mutable: true, ephemeral: false },
        mappings: { type: { kind: 'map', key: { type: 'integer', minInteger: 0, maxInteger: 16777215 }, value: { type: 'integer', minInteger: 0, maxInteger: 4095 }, min: 0, max: Infinity }, mutable: true, ephemeral: false },
      },
    },
  },
};
