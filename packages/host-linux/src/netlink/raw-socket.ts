import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { HostError } from '@antrea-ts/host';
import type { RawNetlinkSocket } from 'netlink';
import { setSocketOption, socketOption } from './socket-options.js';

const require = createRequire(import.meta.url);
const routeProtocol = 0;
const receiveBuffer = 1 << 20;
const messageBuffer = 32_768;

export interface OpenedSocket {
  readonly socket: RawNetlinkSocket;
  /** Inode of the socket, which `/proc/net/netlink` knows it by. */
  readonly inode: string;
}

/**
 * Opens a route netlink socket of the `netlink` package, in the namespace of this thread. An overrun of its buffer would abort
 * the process from within the addon, so the kernel is told at once not to report any; who listens to events must
 * watch {@link droppedMessages} instead.
 */
export function openRawSocket(): OpenedSocket {
  const { RawNetlinkSocket: Socket } = loadPackage();
  const socket = new Socket(routeProtocol, {
    messagePeeking: false,
    msgBufferSize: messageBuffer,
    recvBufferSize: receiveBuffer,
    sendBufferSize: 0,
  });
  try {
    const inode = inodeOf(socket.address().port);
    const fd = fileOf(inode);
    setSocketOption(fd, socketOption.noEnobufs, 1);
    setSocketOption(fd, socketOption.receiveBufferForce, receiveBuffer);
    setSocketOption(fd, socketOption.capAck, 1);
    setSocketOption(fd, socketOption.extAck, 1);
    return { socket, inode };
  } catch (error) {
    socket.close();
    throw error;
  }
}

function loadPackage(): typeof import('netlink') {
  try {
    return require('netlink') as typeof import('netlink');
  } catch (cause) {
    throw new HostError(
      'tool-missing',
      'load package netlink: it is optional and was not installed; reinstall the dependencies on this Linux machine',
      { cause },
    );
  }
}

interface NetlinkRow {
  readonly protocol: string;
  readonly port: string;
  readonly drops: string;
  readonly inode: string;
}

/** `/proc/net/netlink` of this thread's namespace. */
function netlinkTable(): readonly NetlinkRow[] {
  return readFileSync('/proc/thread-self/net/netlink', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns.length >= 10)
    .map((columns) => ({
      protocol: columns[1] ?? '',
      port: columns[2] ?? '',
      drops: columns[8] ?? '',
      inode: columns[9] ?? '',
    }));
}

/** How many messages did not fit into a socket's buffer so far. */
export function droppedMessages(inode: string): number {
  return Number(netlinkTable().find((row) => row.inode === inode)?.drops ?? 0);
}

function inodeOf(port: number): string {
  const row = netlinkTable().find(
    (entry) => entry.protocol === String(routeProtocol) && Number(entry.port) === port >>> 0,
  );
  if (row === undefined) throw new HostError('failed', `find netlink socket ${port} in /proc/net/netlink: not listed`);
  return row.inode;
}

/** The package does not tell the number of its file; the system does. */
function fileOf(inode: string): number {
  const directory = '/proc/self/fd';
  for (const name of readdirSync(directory)) {
    try {
      if (readlinkSync(`${directory}/${name}`) === `socket:[${inode}]`) return Number(name);
    } catch {
      // The file that the directory itself was read with.
    }
  }
  throw new HostError('failed', `find the file of netlink socket ${inode}: not among the open files`);
}
