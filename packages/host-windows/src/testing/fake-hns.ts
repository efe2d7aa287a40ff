import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLibrary } from '@antrea-ts/ffi';
import { z } from 'zod';
import { tryParseGuid } from '../hns/guid.js';
import { Hns } from '../hns/hns.js';
import { openHostCompute, type LibraryNames } from '../hns/libraries.js';
import { names } from '../names.js';

const source = fileURLToPath(new URL('../../native/fake-hns.c', import.meta.url));

/** The fake as a shared object, built anew for each process that asks: it takes a fifth of a second. */
export function buildFakeHns(): LibraryNames {
  const directory = mkdtempSync(join(tmpdir(), 'fake-hns-'));
  const library = join(directory, 'libfakehns.so');
  if (!existsSync(library)) {
    const flags = ['-O2', '-fPIC', '-shared', '-fvisibility=hidden'];
    execFileSync('gcc', [...flags, '-o', `${library}.new`, source, '-lpthread']);
    renameSync(`${library}.new`, library);
  }
  return { computeNetwork: library, computeService: library, memory: library };
}

/** Makes the network that endpoints of Pods are in, as an agent does at its start. */
export async function makePodNetwork(libraries: LibraryNames): Promise<void> {
  const request = { Name: names.hnsNetwork, Type: 'Transparent' };
  const { signal } = new AbortController();
  await new Hns(openHostCompute(libraries)).post('/networks/', request, z.unknown(), { signal });
}

/** What containerd does to namespaces, and Docker to containers. */
export function containerRuntime({ computeNetwork, computeService }: LibraryNames) {
  const service = openLibrary(computeService, {
    HcsCreateComputeSystem: { returns: 'int32', arguments: ['wideString', 'wideString', 'buffer', 'buffer', 'buffer'] },
    HcsTerminateComputeSystem: { returns: 'int32', arguments: ['address', 'wideString', 'buffer'] },
    HcsCloseComputeSystem: { returns: 'int32', arguments: ['address'] },
  });
  const library = openLibrary(computeNetwork, {
    HcnCreateNamespace: { returns: 'int32', arguments: ['buffer', 'wideString', 'buffer', 'buffer'] },
    HcnDeleteNamespace: { returns: 'int32', arguments: ['buffer', 'buffer'] },
    HcnCloseNamespace: { returns: 'int32', arguments: ['address'] },
  });
  const bytesOf = (id: string): Uint8Array => {
    const bytes = tryParseGuid(id);
    if (!bytes) throw new Error(`${id} is no GUID`);
    return bytes;
  };
  const handleOf = (buffer: Uint8Array): bigint => new DataView(buffer.buffer).getBigUint64(0, true);
  return {
    /** Starts a container; the function that is returned ends it. */
    runContainer(id: string): () => void {
      const handle = new Uint8Array(8);
      service.call.HcsCreateComputeSystem(id, '{}', new Uint8Array(8), handle, new Uint8Array(8));
      return () => {
        service.call.HcsTerminateComputeSystem(handleOf(handle), '', new Uint8Array(8));
        service.call.HcsCloseComputeSystem(handleOf(handle));
      };
    },
    createNamespace(id: string): void {
      const handle = new Uint8Array(8);
      library.call.HcnCreateNamespace(bytesOf(id), '{}', handle, new Uint8Array(8));
      library.call.HcnCloseNamespace(handleOf(handle));
    },
    deleteNamespace(id: string): void {
      library.call.HcnDeleteNamespace(bytesOf(id), new Uint8Array(8));
    },
  };
}
