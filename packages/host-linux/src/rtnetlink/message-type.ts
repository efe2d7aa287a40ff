/** Message types of route netlink (`linux/rtnetlink.h`). */
export const routeMessage = {
  newLink: 16,
  delLink: 17,
  getLink: 18,
  setLink: 19,
  newAddress: 20,
  delAddress: 21,
  getAddress: 22,
  newRoute: 24,
  delRoute: 25,
  getRoute: 26,
  newNeighbour: 28,
  delNeighbour: 29,
  getNeighbour: 30,
  newRule: 32,
  delRule: 33,
  getRule: 34,
  getNsid: 90,
} as const;

/** Address families as the kernel numbers them. */
export const addressFamily = { unspecified: 0, ipv4: 2, ipv6: 10 } as const;

/** The routing protocol number that marks routes, rules and neighbours as ours; unused in `rt_protos`. */
export const routeProtocol = { kernel: 2, boot: 3, static: 4, antrea: 65 } as const;
