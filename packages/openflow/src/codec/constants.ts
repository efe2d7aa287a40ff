/** OpenFlow 1.3 on the wire. */
export const version13 = 0x04;

/** Organisations behind experimenter ids. */
export const vendors = { nicira: 0x00002320, onf: 0x4f4e4600 } as const;

/** `OFPP_*`: ports that are not ports. */
export const ports = {
  max: 0xffff_ff00,
  unset: 0xffff_fff7,
  inPort: 0xffff_fff8,
  table: 0xffff_fff9,
  normal: 0xffff_fffa,
  flood: 0xffff_fffb,
  all: 0xffff_fffc,
  controller: 0xffff_fffd,
  local: 0xffff_fffe,
  any: 0xffff_ffff,
} as const;

/** `OFPG_*`. */
export const groups = { max: 0xffff_ff00, all: 0xffff_fffc, any: 0xffff_ffff } as const;

/** `OFPM_*`. */
export const meters = { slowpath: 0xffff_fffd, controller: 0xffff_fffe, all: 0xffff_ffff } as const;

/** `OFPTT_ALL`, and no buffered packet. */
export const allTables = 0xff;
export const noBuffer = 0xffff_ffff;

/** `OFPFF_*` bits of `Flow.flags`. */
export const flowFlags = {
  sendFlowRemoved: 1,
  checkOverlap: 2,
  resetCounts: 4,
  noPacketCounts: 8,
  noByteCounts: 16,
} as const;

/** Reserved ports inside Nicira actions have 16 bits (`0xfff8` is IN_PORT). */
export function portTo16(port: number): number {
  return port >= ports.max ? port & 0xffff : port;
}

export function portFrom16(port: number): number {
  return port >= 0xff00 && port <= 0xffff ? (port | 0xffff_0000) >>> 0 : port;
}
