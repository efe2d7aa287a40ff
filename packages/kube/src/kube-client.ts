import type { KubeList, KubeObject, ObjectRef, Resource, Stored } from './resource.js';
import type { WatchEvent } from './watch/watch-event.js';

/** What every call takes. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Which objects of a resource. */
export interface Selection {
  /** One namespace; unset: all. */
  readonly namespace?: string | undefined;
  /** `app=web,tier!=db`. */
  readonly labelSelector?: string | undefined;
  /** `spec.nodeName=node1`. */
  readonly fieldSelector?: string | undefined;
}

/** How to list. */
export interface ListOptions extends CallOptions, Selection {
  /** Objects a page; default 500. */
  readonly pageSize?: number | undefined;
  /** Unset: the newest state. `0`: any state the server has at hand, cheap for it, but then real servers send one page. */
  readonly resourceVersion?: string | undefined;
}

/** How to write. */
export interface WriteOptions extends CallOptions {
  /** Who owns the fields that are written. */
  readonly fieldManager?: string | undefined;
  readonly dryRun?: boolean | undefined;
  /** `status`, `scale`, `binding`… */
  readonly subresource?: string | undefined;
}

/** A change to an object, in one of the four forms that the API has. */
export type Patch =
  | { readonly type: 'merge' | 'strategic'; readonly body: object }
  | { readonly type: 'json'; readonly body: readonly JsonPatchStep[] }
  /** Server-side apply: `body` is all that the field manager wants; `force` takes fields from other managers. */
  | { readonly type: 'apply'; readonly body: object; readonly fieldManager: string; readonly force?: boolean };

/** One step of RFC 6902. */
export interface JsonPatchStep {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** How to delete. */
export interface DeleteOptions extends CallOptions {
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan' | undefined;
  readonly gracePeriodSeconds?: number | undefined;
  /** Only if the object still has this uid, or this version. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
}

/** What to watch. */
export interface WatchOptions extends CallOptions, Selection {
  /** Events after this version; unset: the present objects as ADDED first. */
  readonly resourceVersion?: string | undefined;
  /** Seconds until the server ends the stream; default a random time of 5 to 10 minutes. */
  readonly timeoutSeconds?: number | undefined;
  /** Length of what may come before the first bookmark; more is refused. Default: anything. */
  readonly maxBeginning?: number | undefined;
  /** Called when the server has accepted the watch, before any event. */
  readonly onOpen?: (() => void) | undefined;
}

/** A request outside the typed calls: `/version`, `/healthz`, a proxied service. */
export interface RawRequest extends CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With query, beginning with a slash. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * A client of a Kubernetes API. All calls throw `KubeError`, or the signal's reason when cancelled.
 * Objects come without `managedFields`, which nobody here reads and which are half of their size.
 */
export interface KubeClient {
  get<T extends KubeObject>(
    of: Resource<T>,
    ref: ObjectRef,
    options?: CallOptions & { readonly subresource?: string },
  ): Promise<Stored<T>>;
  /** All objects of a selection, page after page. */
  list<T extends KubeObject>(of: Resource<T>, options?: ListOptions): Promise<KubeList<T>>;
  /** The pages of a list one by one, for those who keep little of each. */
  listPages<T extends KubeObject>(of: Resource<T>, options?: ListOptions): AsyncGenerator<KubeList<T>, void, undefined>;
  /** The namespace is taken from the object; `apiVersion` and `kind` are filled in. */
  create<T extends KubeObject>(of: Resource<T>, object: T, options?: WriteOptions): Promise<Stored<T>>;
  /** Replaces the object of the same name; with a resourceVersion in it only if it has not changed (`conflict`). */
  replace<T extends KubeObject>(of: Resource<T>, object: T, options?: WriteOptions): Promise<Stored<T>>;
  patch<T extends KubeObject>(
    of: Resource<T>,
    ref: ObjectRef,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<Stored<T>>;
  delete(of: Resource, ref: ObjectRef, options?: DeleteOptions): Promise<void>;
  deleteCollection(
    of: Resource,
    selection: Selection & { readonly namespace: string | undefined },
    options?: DeleteOptions,
  ): Promise<void>;
  /** Writes a subresource that is an object of its own kind, such as `binding` or `eviction`, or a token request. */
  createSubresource(
    of: Resource,
    ref: ObjectRef,
    subresource: string,
    body: object,
    options?: CallOptions,
  ): Promise<unknown>;
  /**
   * Events until the server ends the stream (then it returns; watch again from the last version) or it breaks (then it
   * throws). `expired` means: list again.
   */
  watch<T extends KubeObject>(of: Resource<T>, options?: WatchOptions): AsyncGenerator<WatchEvent<T>, void, undefined>;
  /** The body of any answer, as text. */
  raw(request: RawRequest): Promise<string>;
  /** Breaks all connections. */
  close(): Promise<void>;
}
