/** What is not as desired at the Node's end of a Pod's interface, in words for {@link HostEndRepair}. */
export function hostEndDifferences(found: { readonly up: boolean; readonly mtu: number }, mtu?: number): string[] {
  return [
    ...(found.up ? [] : ['it was down']),
    ...(mtu === undefined || found.mtu === mtu ? [] : [`mtu was ${found.mtu}, not ${mtu}`]),
  ];
}
