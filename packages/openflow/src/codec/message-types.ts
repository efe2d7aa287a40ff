/** `OFPT_*` (OpenFlow 1.3, 7.1). */
export const messageTypes = {
  hello: 0,
  error: 1,
  echo_request: 2,
  echo_reply: 3,
  experimenter: 4,
  features_request: 5,
  features_reply: 6,
  get_config_request: 7,
  get_config_reply: 8,
  set_config: 9,
  packet_in: 10,
  flow_removed: 11,
  port_status: 12,
  packet_out: 13,
  flow_mod: 14,
  group_mod: 15,
  port_mod: 16,
  multipart_request: 18,
  multipart_reply: 19,
  barrier_request: 20,
  barrier_reply: 21,
  role_request: 24,
  role_reply: 25,
  get_async_request: 26,
  get_async_reply: 27,
  set_async: 28,
  meter_mod: 29,
} as const;

/** Subtypes of Nicira (`NXT_*`) and of the ONF (bundles in OpenFlow 1.3). */
export const niciraMessages = {
  set_packet_in_format: 16,
  set_controller_id: 20,
  tlv_table_mod: 24,
  tlv_table_request: 25,
  tlv_table_reply: 26,
  packet_in2: 30,
} as const;

export const onfMessages = { bundle_control: 2300, bundle_add: 2301 } as const;
