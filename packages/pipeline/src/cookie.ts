/**
 * Flow cookies carry ownership: `round(16) category(8) reserved(8) object(32)`, as in 1.3
 * (pkg/agent/openflow/cookie/allocator.go).
 *
 * 1.3 starts a new round with every agent start and rewrites all flows. Here the round is kept for the life of the
 * bridge: a flow that is still wanted has the same cookie after a restart, and nothing needs to be rewritten.
 */
export const cookieCategories = { Default: 0, Gateway: 1, Node: 2, Pod: 3, Service: 4, Policy: 5, SNAT: 6 } as const;

export type CookieCategory = keyof typeof cookieCategories;

/** Rounds are 16-bit; 0 with category Default would make cookie 0, which every foreign flow has too. */
export const firstRound = 1;

export function cookie(round: number, category: CookieCategory, object = 0): bigint {
  return (BigInt(round) << 48n) | (BigInt(cookieCategories[category]) << 40n) | BigInt(object >>> 0);
}

/** What a cookie says; `category` is undefined for numbers that we never write. */
export function parseCookie(value: bigint): { round: number; category: CookieCategory | undefined; object: number } {
  const number = Number((value >> 40n) & 0xffn);
  const category = (Object.keys(cookieCategories) as CookieCategory[]).find(
    (name) => cookieCategories[name] === number,
  );
  return { round: Number(value >> 48n), category, object: Number(value & 0xffff_ffffn) };
}
