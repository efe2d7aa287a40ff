import { openLibrary, type NativeLibrary } from '@antrea-ts/ffi';

/** Where the functions are. Tests name a library that stands for all three. */
export interface LibraryNames {
  readonly computeNetwork: string;
  readonly computeService: string;
  readonly memory: string;
}

export const windowsLibraries: LibraryNames = {
  computeNetwork: 'computenetwork.dll',
  computeService: 'vmcompute.dll',
  memory: 'ole32.dll',
};

// Out-parameters are buffers of one pointer. A GUID is passed by its 16 bytes.
const computeService = {
  HNSCall: { returns: 'int32', arguments: ['wideString', 'wideString', 'wideString', 'buffer'] },
  HcsOpenComputeSystem: { returns: 'int32', arguments: ['wideString', 'buffer', 'buffer'] },
  HcsModifyComputeSystem: { returns: 'int32', arguments: ['address', 'wideString', 'buffer'] },
  HcsCloseComputeSystem: { returns: 'int32', arguments: ['address'] },
} as const;

const computeNetwork = {
  HcnOpenNamespace: { returns: 'int32', arguments: ['buffer', 'buffer', 'buffer'] },
  HcnModifyNamespace: { returns: 'int32', arguments: ['address', 'wideString', 'buffer'] },
  HcnQueryNamespaceProperties: { returns: 'int32', arguments: ['address', 'wideString', 'buffer', 'buffer'] },
  HcnCloseNamespace: { returns: 'int32', arguments: ['address'] },
} as const;

const memory = { CoTaskMemFree: { returns: 'void', arguments: ['address'] } } as const;

/** The Host Compute libraries. Nothing is loaded before the first call. */
export interface HostComputeLibraries {
  readonly service: NativeLibrary<typeof computeService>;
  readonly network: NativeLibrary<typeof computeNetwork>;
  readonly memory: NativeLibrary<typeof memory>;
}

export function openHostCompute(names: LibraryNames = windowsLibraries): HostComputeLibraries {
  return {
    service: openLibrary(names.computeService, computeService),
    network: openLibrary(names.computeNetwork, computeNetwork),
    memory: openLibrary(names.memory, memory),
  };
}
