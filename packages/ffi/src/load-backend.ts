import { createRequire } from 'node:module';
import type Koffi from 'koffi';
import type { Backend, BackendName } from './backend.js';
import { FfiError } from './ffi-error.js';
import { createFfiNapiBackend, type FfiNapi } from './ffi-napi-backend.js';
import { createKoffiBackend } from './koffi-backend.js';

const require = createRequire(import.meta.url);
const loaded = new Map<BackendName, Backend>();

/**
 * The backend of that name. Its package (20-40 ms) is loaded at the first use, so that programs that never call native
 * code, or run where a package has no binary, do not pay or fail for it.
 */
export function loadBackend(name: BackendName): Backend {
  const known = loaded.get(name);
  if (known) return known;
  const backend = createBackend(name);
  loaded.set(name, backend);
  return backend;
}

function createBackend(name: BackendName): Backend {
  try {
    return name === 'koffi'
      ? createKoffiBackend(require('koffi') as typeof Koffi)
      : createFfiNapiBackend(require('ffi-napi') as FfiNapi);
  } catch (cause) {
    throw new FfiError(
      'backend-missing',
      `load native-call package ${name} on ${process.platform}-${process.arch}: it is not installed or has no binary ` +
        'for this platform; reinstall the dependencies on this machine, with optional ones',
      { cause },
    );
  }
}
