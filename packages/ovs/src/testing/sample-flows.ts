import type { Flow } from '@antrea-ts/openflow';

const GATEWAY_MAC = 0x0e_00_00_00_00_01;
const VIRTUAL_MAC = 0xaa_bb_cc_dd_ee_ff;
const FIRST_ADDRESS = 0x0a_00_00_00;
const PEER = 0xc0_a8_4d_65;

/**
 * `count` different flows of the shape a route to another Node has (at most 2^24): three fields of a match, three set
 * actions and a goto.
 */
export function sampleFlows(
  count: number,
  options: { readonly table?: number; readonly cookie?: bigint } = {},
): Flow[] {
  return Array.from({ length: count }, (_, index) => ({
    table: options.table ?? 70,
    priority: 200,
    cookie: options.cookie ?? 0x1_0200_0000_0000n,
    match: [
      { field: 'eth_type', value: 0x0800 },
      { field: 'nw_dst', value: FIRST_ADDRESS + index },
    ],
    instructions: [
      {
        kind: 'apply_actions',
        actions: [
          { kind: 'set_field', field: 'eth_src', value: GATEWAY_MAC },
          { kind: 'set_field', field: 'eth_dst', value: VIRTUAL_MAC },
          { kind: 'set_field', field: 'tun_dst', value: PEER },
        ],
      },
      { kind: 'goto_table', table: 72 },
    ],
  }));
}

/** The same flows as lines for `ovs-ofctl add-flows`. */
export function sampleFlowText(count: number, options: { readonly table?: number } = {}): string {
  const lines: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const address = FIRST_ADDRESS + index;
    const dotted = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
    lines.push(
      `cookie=0x1020000000000,table=${options.table ?? 70},priority=200,ip,nw_dst=${dotted},actions=` +
        'set_field:0e:00:00:00:00:01->eth_src,set_field:aa:bb:cc:dd:ee:ff->eth_dst,set_field:192.168.77.101->tun_dst,goto_table:72',
    );
  }
  return `${lines.join('\n')}\n`;
}
