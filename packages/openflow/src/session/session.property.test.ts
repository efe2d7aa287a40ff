import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeMessage, errorMessage } from '../codec/message.js';
import type { FlowMod, Message } from '../model/message.js';
import { parseFlow } from '../text/parse-flow.js';
import { SessionError } from './errors.js';
import { testSession } from './testing/test-session.js';

const flow: FlowMod = { type: 'flow_mod', command: 'add', ...parseFlow('table=1, priority=5,ip actions=drop') };

const control = fc.constantFrom(
  'open_reply',
  'close_reply',
  'commit_reply',
  'discard_reply',
  'commit_request' as const,
);
const answer: fc.Arbitrary<Message> = fc.oneof(
  fc.constantFrom<Message>(
    { type: 'barrier_reply' },
    { type: 'echo_request', data: new Uint8Array() },
    { type: 'hello', versions: [4] },
  ),
  fc.record({ bundle: fc.nat(3), control }).map((body): Message => ({ type: 'bundle_control', flags: {}, ...body })),
  fc.tuple(fc.nat(15), fc.nat(15)).map(([type, code]) => errorMessage(0, type, code, new Uint8Array(8))),
  fc.boolean().map((more): Message => ({ type: 'multipart_reply', more, body: { kind: 'flow', flows: [] } })),
);

/** Bytes of a message, maybe with some of them changed. */
const frame = fc
  .tuple(answer, fc.integer({ min: 0, max: 30 }), fc.array(fc.tuple(fc.nat(40), fc.nat(255)), { maxLength: 2 }))
  .map(([message, xid, changes]) => {
    const bytes = encodeMessage(message, xid);
    for (const [at, value] of changes) if (at > 3 && at < bytes.length) bytes[at] = value;
    return bytes;
  });

test('whatever the switch answers, every operation ends and only sessions errors come out', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(frame, { maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 50 })),
      async (frames, cuts) => {
        let scripted = false;
        const set = testSession({ peer: { ignore: () => scripted } });
        await set.settle();
        scripted = true;
        const { session } = set;
        const operations = [
          session.barrier(),
          session.bundle([flow, flow]),
          session.multipart({ kind: 'flow' }),
          session.sendAll([flow]),
          session.bundle([flow]),
        ].map((operation) => (operation as Promise<unknown>).catch((error: unknown) => error));
        const stream = Uint8Array.from(frames.flatMap((bytes) => [...bytes]));
        for (let at = 0, index = 0; at < stream.length; index += 1) {
          const end = at + (cuts[index % Math.max(cuts.length, 1)] ?? stream.length);
          session.receive(stream.slice(at, end));
          at = end;
        }
        await set.settle();
        session.disconnected();
        for (const result of await Promise.all(operations)) {
          if (result instanceof Error) expect(result).toBeInstanceOf(SessionError);
        }
        expect(set.ended).toHaveLength(1);
        expect(set.clock.pendingTimers).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});

test('a conversation is the same wherever its bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), async (sizes) => {
      let index = 0;
      const chunk = (bytes: Uint8Array): Uint8Array[] => {
        const pieces: Uint8Array[] = [];
        for (let at = 0; at < bytes.length;) {
          const end = at + sizes[index++ % sizes.length]!;
          pieces.push(bytes.slice(at, end));
          at = end;
        }
        return pieces;
      };
      const parts: Message[] = [true, true, false].map((more) => ({
        type: 'multipart_reply',
        more,
        body: {
          kind: 'flow',
          flows: [{ ...parseFlow('table=1, priority=5,ip actions=drop'), packets: 1n, bytes: 2n, durationSeconds: 3 }],
        },
      }));
      const set = testSession({ chunk, peer: { parts } });
      await set.settle();
      const done = Promise.all([
        set.session.bundle([flow]),
        set.session.multipart({ kind: 'flow' }),
        set.session.barrier(),
      ]);
      await set.settle();
      expect((await done)[1]).toHaveLength(3);
      expect(set.peer.committed).toEqual([flow]);
    }),
    { numRuns: 50 },
  );
});
