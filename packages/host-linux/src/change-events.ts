import type { HostChange } from '@antrea-ts/host';
import type { RawNetlinkSocket } from 'netlink';
import { decodeMessages } from './netlink/message.js';
import { droppedMessages, openRawSocket } from './netlink/raw-socket.js';
import { routeMessage } from './rtnetlink/message-type.js';

/** Multicast groups of route netlink. */
const groups = { link: 1, ipv4Address: 5, ipv4Route: 7, ipv6Address: 9, ipv6Route: 11 } as const;

const changeOf = new Map<number, HostChange>([
  [routeMessage.newLink, 'links'],
  [routeMessage.delLink, 'links'],
  [routeMessage.newAddress, 'addresses'],
  [routeMessage.delAddress, 'addresses'],
  [routeMessage.newRoute, 'routes'],
  [routeMessage.delRoute, 'routes'],
]);

const everything: readonly HostChange[] = ['links', 'addresses', 'routes'];

export interface ChangeEventOptions {
  /** Changes within this time are told together, in milliseconds. */
  readonly debounce: number;
  /** How often to look for events that the kernel had to drop, in milliseconds. */
  readonly dropCheckInterval: number;
  /** Told of what a listener threw. */
  readonly onListenerError: (error: unknown) => void;
}

export type ChangeListener = (changes: ReadonlySet<HostChange>) => void;

/**
 * Tells listeners of changes of links, addresses and routes. One socket serves all; it is open while somebody listens.
 * When the kernel had to drop events, everything is told to have changed, so that listeners look again.
 */
export class ChangeEvents {
  readonly #options: ChangeEventOptions;
  readonly #listeners = new Set<ChangeListener>();
  readonly #pending = new Set<HostChange>();
  #socket: RawNetlinkSocket | undefined;
  #inode = '';
  #dropped = 0;
  #debounce: NodeJS.Timeout | undefined;
  #dropCheck: NodeJS.Timeout | undefined;

  constructor(options: ChangeEventOptions) {
    this.#options = options;
  }

  subscribe(listener: ChangeListener): () => void {
    // The same function may be given twice.
    const own: ChangeListener = (changes) => listener(changes);
    this.#listeners.add(own);
    if (this.#socket === undefined) this.#open();
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    this.#listeners.clear();
    this.#pending.clear();
    clearTimeout(this.#debounce);
    clearInterval(this.#dropCheck);
    this.#debounce = undefined;
    this.#socket?.close();
    this.#socket = undefined;
  }

  #open(): void {
    const { socket, inode } = openRawSocket();
    this.#socket = socket;
    this.#inode = inode;
    this.#dropped = 0;
    // An exception here would abort the process from within the addon.
    socket.on('message', (bytes) => {
      try {
        for (const { type } of decodeMessages(bytes)) this.#note(changeOf.get(type));
      } catch (error) {
        this.#options.onListenerError(error);
      }
    });
    socket.on('truncatedMessage', () => this.#noteEverything());
    socket.on('error', () => this.#noteEverything());
    for (const group of Object.values(groups)) socket.addMembership(group);
    socket.unref();
    this.#dropCheck = setInterval(() => this.#checkDrops(), this.#options.dropCheckInterval).unref();
  }

  #checkDrops(): void {
    const dropped = droppedMessages(this.#inode);
    if (dropped === this.#dropped) return;
    this.#dropped = dropped;
    this.#noteEverything();
  }

  #noteEverything(): void {
    for (const change of everything) this.#note(change);
  }

  #note(change: HostChange | undefined): void {
    if (change === undefined) return;
    this.#pending.add(change);
    this.#debounce ??= setTimeout(() => this.#tell(), this.#options.debounce).unref();
  }

  #tell(): void {
    this.#debounce = undefined;
    const changes = new Set(this.#pending);
    this.#pending.clear();
    for (const listener of this.#listeners) {
      try {
        listener(changes);
      } catch (error) {
        this.#options.onListenerError(error);
      }
    }
  }
}
