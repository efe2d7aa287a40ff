/**
 * The types a native function may take or return: a small set that both backends treat alike.
 *
 * - `size`, `ssize`: lengths; numbers in JavaScript, as no buffer of ours exceeds 2^53.
 * - `address`: a pointer as a number, for memory that the other side owns (read it with `readMemory`).
 * - `buffer`: a pointer to memory of ours, which the callee may read and write during the call. Arguments only.
 * - `string`, `wideString`: zero-terminated UTF-8 and UTF-16LE text, copied for the call. Arguments only.
 */
export type NativeType =
  | 'void'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'size'
  | 'ssize'
  | 'address'
  | 'buffer'
  | 'string'
  | 'wideString';

export type NativeArgumentType = Exclude<NativeType, 'void'>;
export type NativeReturnType = Exclude<NativeType, 'buffer' | 'string' | 'wideString'>;

/** One native function. */
export interface NativeDeclaration {
  readonly returns: NativeReturnType;
  readonly arguments: readonly NativeArgumentType[];
}

export type NativeDeclarations = Readonly<Record<string, NativeDeclaration>>;

/** The JavaScript value that stands for a native type. */
export type NativeValue<T extends NativeType> = T extends 'void'
  ? undefined
  : T extends 'int64' | 'uint64' | 'address'
    ? bigint
    : T extends 'buffer'
      ? Uint8Array | null
      : T extends 'string' | 'wideString'
        ? string | null
        : number;

type ArgumentValues<A extends readonly NativeArgumentType[]> = {
  -readonly [I in keyof A]: NativeValue<A[I]>;
};

export type NativeFunction<D extends NativeDeclaration> = (
  ...args: ArgumentValues<D['arguments']>
) => NativeValue<D['returns']>;

export type BackgroundFunction<D extends NativeDeclaration> = (
  ...args: ArgumentValues<D['arguments']>
) => Promise<NativeValue<D['returns']>>;
