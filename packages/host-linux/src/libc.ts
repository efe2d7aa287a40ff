import { openLibrary } from '@antrea-ts/ffi';

/**
 * The few functions of the C library that Node does not offer. `ioctl` takes its argument as a buffer or null, which
 * is enough here. Loaded at the first call.
 */
export const libc = openLibrary(null, {
  setns: { returns: 'int32', arguments: ['int32', 'int32'] },
  unshare: { returns: 'int32', arguments: ['int32'] },
  socket: { returns: 'int32', arguments: ['int32', 'int32', 'int32'] },
  bind: { returns: 'int32', arguments: ['int32', 'buffer', 'uint32'] },
  send: { returns: 'ssize', arguments: ['int32', 'buffer', 'size', 'int32'] },
  recv: { returns: 'ssize', arguments: ['int32', 'buffer', 'size', 'int32'] },
  setsockopt: { returns: 'int32', arguments: ['int32', 'int32', 'int32', 'buffer', 'uint32'] },
  ioctl: { returns: 'int32', arguments: ['int32', 'uint64', 'buffer'] },
  flock: { returns: 'int32', arguments: ['int32', 'int32'] },
  close: { returns: 'int32', arguments: ['int32'] },
});
