import { closeSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { addressOf, FfiError, openLibrary, readMemory, readWideString, type BackendName } from './index.js';

const declarations = {
  abs: { returns: 'int32', arguments: ['int32'] },
  labs: { returns: 'int64', arguments: ['int64'] },
  strlen: { returns: 'size', arguments: ['string'] },
  read: { returns: 'ssize', arguments: ['int32', 'buffer', 'size'] },
  strdup: { returns: 'address', arguments: ['string'] },
  memmove: { returns: 'address', arguments: ['buffer', 'wideString', 'size'] },
  free: { returns: 'void', arguments: ['address'] },
  htons: { returns: 'uint16', arguments: ['uint16'] },
  htonl: { returns: 'uint32', arguments: ['uint32'] },
  usleep: { returns: 'int32', arguments: ['uint32'] },
  memset: { returns: 'address', arguments: ['buffer', 'int32', 'size'] },
} as const;

// Symbols of the C library: on Windows the table of cases would be another.
const suite = process.platform === 'linux' ? describe : describe.skip;

suite.each<BackendName>(['koffi', 'ffi-napi'])('%s', (backend) => {
  const libc = openLibrary(null, declarations, { backend });

  it('passes and returns integers of each width', () => {
    expect(libc.call.abs(-7)).toBe(7);
    expect(libc.call.labs(-(2n ** 60n))).toBe(2n ** 60n);
    expect(libc.call.labs(-1n)).toBe(1n);
    expect(libc.call.htons(0x0102)).toBe(0x0201);
    expect(libc.call.htonl(0x010203ff)).toBe(0xff030201);
  });

  it('passes text as UTF-8 and UTF-16LE', () => {
    expect(libc.call.strlen('grün')).toBe(5);
    const copy = new Uint8Array(6);
    libc.call.memmove(copy, 'añ', 6);
    expect([...copy]).toEqual([0x61, 0, 0xf1, 0, 0, 0]);
  });

  it('lets the callee write into a buffer, also one that is part of a larger one', () => {
    const whole = new Uint8Array(8);
    libc.call.memset(whole.subarray(2, 6), 0xab, 4);
    expect([...whole]).toEqual([0, 0, 0xab, 0xab, 0xab, 0xab, 0, 0]);
  });

  it('accepts null for a pointer', () => {
    expect(libc.call.memset(null, 0, 0)).toBe(0n);
  });

  it('returns negative lengths and errno', () => {
    expect(libc.call.read(-1, new Uint8Array(4), 4)).toBe(-1);
    expect(libc.errno()).toBe(9);
    const directory = openSync('/', 'r');
    expect(libc.call.read(directory, new Uint8Array(4), 4)).toBe(-1);
    expect(libc.errno()).toBe(21);
    closeSync(directory);
  });

  it('reads memory that the other side owns', () => {
    const text = libc.call.strdup('hello');
    expect(Buffer.from(readMemory(text, 6, { backend }))).toEqual(Buffer.from('hello\0'));
    libc.call.free(text);
    expect(readMemory(0n, 0, { backend })).toHaveLength(0);
  });

  it('tells where a buffer lies', () => {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const address = addressOf(bytes.subarray(1), { backend });
    bytes[2] = 9;
    expect([...readMemory(address, 3, { backend })]).toEqual([2, 9, 4]);
  });

  it('reads UTF-16LE text up to its end', () => {
    // The UTF-8 bytes "a" 01 "b" 01 are two UTF-16 units; strdup's zero and the one of the allocation end them.
    const memory = libc.call.strdup('a\u0001b\u0001');
    expect(readWideString(memory, { backend, maxLength: 2 })).toBe('\u0161\u0162');
    libc.call.free(memory);
  });

  it('calls in the background while the loop goes on', async () => {
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 5);
    expect(await libc.background.usleep(100_000)).toBe(0);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });

  it('refuses arguments that would crash a backend', () => {
    const wrong = libc.call as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const [name, args] of [
      ['abs', [undefined]],
      ['abs', []],
      ['abs', [1, 2]],
      ['abs', [1.5]],
      ['labs', [1]],
      ['strlen', [5]],
      ['strlen', ['a\0b']],
      ['read', [0, 'text', 1]],
    ] as const) {
      expect(() => wrong[name]?.(...args), `${name}(${args.join()})`).toThrow(FfiError);
    }
  });

  it('names a missing library and a missing symbol, at the first call', async () => {
    const absent = openLibrary('no-such-library.so', { f: { returns: 'void', arguments: [] } }, { backend });
    expect(() => absent.call.f()).toThrow(expect.objectContaining({ code: 'library-missing' }));
    const symbol = openLibrary(null, { no_such_symbol: { returns: 'void', arguments: [] } }, { backend });
    expect(() => symbol.call.no_such_symbol()).toThrow(expect.objectContaining({ code: 'symbol-missing' }));
    await expect(symbol.background.no_such_symbol()).rejects.toThrow('no_such_symbol');
  });
});
