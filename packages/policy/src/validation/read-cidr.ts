import { parseCidr } from '@antrea-ts/net-types';

/** Why a text is no CIDR; undefined: it is one. */
export function readCidrOr(text: string): string | undefined {
  try {
    parseCidr(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : `${text} is no CIDR`;
  }
}
