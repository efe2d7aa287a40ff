import { orAborted } from '@antrea-ts/runtime';
import type { ZodType } from 'zod';
import { z } from 'zod';
import { answerError, HnsError, hresultError } from './hns-error.js';
import type { HostComputeLibraries } from './libraries.js';
import { OutText } from './out-text.js';
import { withDeadline } from './with-deadline.js';

/** How long a call may take, in milliseconds: HNS is known to hang. */
const defaultDeadlineMs = 30_000;

export interface CallOptions {
  readonly signal: AbortSignal;
  readonly deadlineMs?: number;
}

const answerSchema = z.object({ Success: z.boolean(), Error: z.string().optional(), Output: z.unknown().optional() });

/** The Host Network Service, version 1: objects as JSON under paths such as `/networks/`. */
export class Hns {
  readonly #libraries: HostComputeLibraries;
  readonly #deadlineMs: number;
  /** Calls that go on, also those that nobody waits for any more. */
  readonly #calls = new Set<Promise<unknown>>();

  constructor(
    libraries: HostComputeLibraries,
    { deadlineMs = defaultDeadlineMs }: { readonly deadlineMs?: number } = {},
  ) {
    this.#libraries = libraries;
    this.#deadlineMs = deadlineMs;
  }

  /** Resolves when no call goes on, also none that was given up: what that was to make may appear until then. */
  async callsEnded({ signal }: { readonly signal: AbortSignal }): Promise<void> {
    await orAborted(Promise.allSettled(this.#calls), signal);
  }

  get<T>(path: string, schema: ZodType<T>, options: CallOptions): Promise<T> {
    return this.#call('GET', path, '', schema, options);
  }

  post<T>(path: string, request: object, schema: ZodType<T>, options: CallOptions): Promise<T> {
    return this.#call('POST', path, JSON.stringify(request), schema, options);
  }

  async delete(path: string, options: CallOptions): Promise<void> {
    await this.#call('DELETE', path, '', z.unknown(), options);
  }

  async #call<T>(method: string, path: string, request: string, schema: ZodType<T>, options: CallOptions): Promise<T> {
    const operation = `HNS ${method} ${path}`;
    const response = new OutText();
    const { HNSCall } = this.#libraries.service.background;
    const call = HNSCall(method, path, request, response.buffer).then((result) => ({
      result,
      text: response.take(this.#libraries),
    }));
    this.#calls.add(call);
    const ended = (): boolean => this.#calls.delete(call);
    call.then(ended, ended);
    const { result, text } = await withDeadline(call, operation, {
      signal: options.signal,
      deadlineMs: options.deadlineMs ?? this.#deadlineMs,
    });
    if (result < 0) throw hresultError(operation, result, text);
    return readOutput(operation, text, schema);
  }
}

function readOutput<T>(operation: string, text: string, schema: ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new HnsError('malformed', `${operation}: the answer is no JSON`, { cause });
  }
  const answer = answerSchema.safeParse(json);
  if (!answer.success) throw new HnsError('malformed', `${operation}: the answer has no field Success`);
  if (!answer.data.Success) throw answerError(operation, answer.data.Error ?? '');
  const output = schema.safeParse(answer.data.Output);
  if (output.success) return output.data;
  const [issue] = output.error.issues;
  throw new HnsError('malformed', `${operation}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`);
}
