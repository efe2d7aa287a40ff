import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLibrary } from '@antrea-ts/ffi';
import { tryParseGuid } from '../hns/guid.js';
import type { LibraryNames } from '../hns/libraries.js';

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

/** What containerd does to namespaces. */
export function containerRuntime({ computeNetwork }: LibraryNames) {
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
  return {
    createNamespace(id: string): void {
      const handle = new Uint8Array(8);
      library.call.HcnCreateNamespace(bytesOf(id), '{}', handle, new Uint8Array(8));
      library.call.HcnCloseNamespace(new DataView(handle.buffer).getBigUint64(0, true));
    },
    deleteNamespace(id: string): void {
      library.call.HcnDeleteNamespace(bytesOf(id), new Uint8Array(8));
    },
  };
}
