import { CniError, cniErrorCodes } from './errors.js';

/** Versions of the CNI specification that calls may use; `native/antrea-cni.c` answers VERSION with the same list. */
export const supportedVersions = ['0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const;

export type CniVersion = (typeof supportedVersions)[number];

/** The version of a network configuration; a configuration without one means 0.1.0, which is not supported. */
export function checkVersion(version: string): CniVersion {
  const known = supportedVersions.find((supported) => supported === version);
  if (known === undefined) {
    throw new CniError(
      cniErrorCodes.incompatibleVersion,
      `Unsupported CNI version [${version}], supported versions ${supportedVersions.join(', ')}`,
    );
  }
  return known;
}

/** CHECK exists since 0.4.0; from then on it is given the result of the ADD. */
export function hasCheck(version: CniVersion): boolean {
  return version !== '0.3.0' && version !== '0.3.1';
}

/** Before 1.0.0 each address of a result said its family. */
export function namesFamilies(version: CniVersion): boolean {
  return version.startsWith('0.');
}
