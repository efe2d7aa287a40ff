import { backendType, toBackendValue } from './arguments.js';
import type { BackendFunction, BackendLibrary, BackendName } from './backend.js';
import { FfiError } from './ffi-error.js';
import { loadBackend } from './load-backend.js';
import type {
  BackgroundFunction,
  NativeDeclaration,
  NativeDeclarations,
  NativeFunction,
  NativeReturnType,
} from './native-type.js';

export interface NativeLibrary<D extends NativeDeclarations> {
  /** Calls on this thread; the loop waits. Throws {@link FfiError} when the function cannot be called at all. */
  readonly call: { readonly [K in keyof D]: NativeFunction<D[K]> };
  /**
   * Calls on another thread. For slow functions that report through their return value: `errno` does not come back,
   * and thread state such as the network namespace is another. Buffers must not be touched until the promise settles.
   */
  readonly background: { readonly [K in keyof D]: BackgroundFunction<D[K]> };
  /** `errno` of the last `call`; read it at once. */
  errno(): number;
}

export interface OpenLibraryOptions {
  /** Default: `koffi`. */
  readonly backend?: BackendName;
}

/**
 * Typed functions of a native library. Nothing is loaded before the first call, so a library of another platform may
 * be declared at the top of a module.
 *
 * @param path File name as the platform's loader takes it; `null` for what the program itself is linked with (libc).
 */
export function openLibrary<const D extends NativeDeclarations>(
  path: string | null,
  declarations: D,
  options: OpenLibraryOptions = {},
): NativeLibrary<D> {
  const backendName = options.backend ?? 'koffi';
  let library: BackendLibrary | undefined;
  const bind = (name: string, declaration: NativeDeclaration): BackendFunction => {
    library ??= open(path, backendName);
    try {
      return library.bind(name, declaration.returns, declaration.arguments.map(backendType));
    } catch (cause) {
      throw new FfiError('symbol-missing', `find ${name} in ${path ?? 'the program'}: no such function`, { cause });
    }
  };
  const call: Record<string, unknown> = {};
  const background: Record<string, unknown> = {};
  for (const [name, declaration] of Object.entries(declarations)) {
    let bound: BackendFunction | undefined;
    const prepare = (values: readonly unknown[]) => checkArguments(name, declaration, values);
    call[name] = (...values: unknown[]) => {
      const args = prepare(values);
      bound ??= bind(name, declaration);
      return fromBackend(declaration.returns, bound.call(args));
    };
    background[name] = async (...values: unknown[]) => {
      const args = prepare(values);
      bound ??= bind(name, declaration);
      return fromBackend(declaration.returns, await bound.callInBackground(args));
    };
  }
  return {
    call: call as NativeLibrary<D>['call'],
    background: background as NativeLibrary<D>['background'],
    errno: () => loadBackend(backendName).errno(),
  };
}

function open(path: string | null, backendName: BackendName): BackendLibrary {
  const backend = loadBackend(backendName);
  try {
    return backend.open(path);
  } catch (cause) {
    throw new FfiError('library-missing', `open library ${path}: not found or not loadable on this machine`, { cause });
  }
}

function checkArguments(name: string, declaration: NativeDeclaration, values: readonly unknown[]) {
  const types = declaration.arguments;
  if (values.length !== types.length) {
    throw new FfiError('bad-argument', `${name}: takes ${types.length} arguments, got ${values.length}`);
  }
  return types.map((type, index) => toBackendValue(type, values[index], `${name}, argument ${index + 1}`));
}

/** Backends give 64-bit results as number, bigint or text, depending on their size. */
function fromBackend(type: NativeReturnType, value: unknown): number | bigint | undefined {
  if (type === 'void') return undefined;
  if (type === 'int64' || type === 'uint64' || type === 'address') {
    return BigInt(value as number | bigint | string);
  }
  return Number(value);
}
