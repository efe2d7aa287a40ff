import { tryParseIp } from '@antrea-ts/net-types';
import { at, deepEqual, type ApiObject, type JsonObject } from '../object.js';
import type { StatusCause } from '../status.js';
import { wrong } from '../validation/causes.js';

/** Families as Services name them. */
export type FamilyName = 'IPv4' | 'IPv6';

export function familyName(family: 'ipv4' | 'ipv6'): FamilyName {
  return family === 'ipv4' ? 'IPv4' : 'IPv6';
}

/** The families of a Service, in their order, and its policy about them. */
export interface ServiceFamilies {
  readonly families: readonly FamilyName[];
  readonly policy: string;
}

/** Decides about a Service's families by what it asks for, what it had, and what the cluster offers. */
export function decideFamilies(
  spec: JsonObject,
  existing: ApiObject | undefined,
  wanted: { readonly addresses: readonly string[]; readonly offered: readonly FamilyName[] },
  causes: StatusCause[],
): ServiceFamilies {
  const { addresses, offered } = wanted;
  const had = familiesOf(at(existing, 'spec'));
  const asked = firstWithSome(familiesOf(spec), ofAddresses(addresses), had);
  const isSelectorless = addresses[0] === 'None' && spec['selector'] === undefined;
  const policy = spec['ipFamilyPolicy'] ?? at(existing, 'spec', 'ipFamilyPolicy');
  for (const [index, family] of asked.entries()) {
    if (!offered.includes(family)) {
      causes.push(wrong(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
    }
  }
  if (had[0] !== undefined && asked[0] !== had[0]) {
    causes.push(wrong('spec.ipFamilies[0]', asked[0], 'may not change once set'));
  }
  if (policy === 'RequireDualStack' && offered.length < 2) {
    causes.push(wrong('spec.ipFamilyPolicy', policy, 'this cluster is not configured for dual-stack services'));
  }
  // Who goes back to one family need not name it; who asks for two at once must mean it.
  if (policy === 'SingleStack' && asked.length > 1 && !deepEqual(asked, had)) {
    const why = "must be 'RequireDualStack' or 'PreferDualStack' when multiple 'ipFamilies' are specified";
    causes.push(wrong('spec.ipFamilyPolicy', policy, why));
  }
  const isDual = policy === undefined ? asked.length > 1 || isSelectorless : policy !== 'SingleStack';
  const all = [...asked, ...offered.filter((family) => !asked.includes(family))];
  const families = all.slice(0, isDual ? 2 : 1);
  return { families, policy: (policy as string) ?? (families.length > 1 ? 'RequireDualStack' : 'SingleStack') };
}

function familiesOf(spec: unknown): FamilyName[] {
  const families = at(spec, 'ipFamilies');
  return Array.isArray(families) ? (families as FamilyName[]) : [];
}

function ofAddresses(addresses: readonly string[]): FamilyName[] {
  return addresses.flatMap((text) => {
    const address = tryParseIp(text);
    return address ? familyName(address.family) : [];
  });
}

function firstWithSome<T>(...lists: readonly (readonly T[])[]): readonly T[] {
  return lists.find(({ length }) => length > 0) ?? [];
}
