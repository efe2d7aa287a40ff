/** The operations of a memory host that can be made to fail or to wait. `peerRoutes.item` is one item of a plan. */
export type HostOperation =
  | 'pods.attach'
  | 'pods.survey'
  | 'pods.adopt'
  | 'pods.detach'
  | 'pods.inspect'
  | 'pods.ensureHostEnds'
  | 'pods.list'
  | 'pods.announce'
  | 'peerRoutes.observe'
  | 'peerRoutes.apply'
  | 'peerRoutes.item'
  | 'trafficRules.ensure'
  | 'trafficRules.remove'
  | 'facts'
  | 'listInterfaces'
  | 'ensureGateway';

/** Switches for what goes wrong. Each applies once, in the order given. */
export interface Faults {
  failNext(operation: HostOperation, error: Error): void;
  /** The next such call waits until the returned function is called (or its signal aborts). */
  holdNext(operation: HostOperation): () => void;
}

export interface FaultPoint extends Faults {
  /** Called by the host at the start of each operation. */
  pass(operation: HostOperation, signal: AbortSignal): Promise<void>;
}

type Fault =
  | { readonly kind: 'fail'; readonly error: Error }
  | { readonly kind: 'hold'; readonly released: Promise<void> };

export function createFaults(): FaultPoint {
  const waiting = new Map<HostOperation, Fault[]>();
  const add = (operation: HostOperation, fault: Fault) => {
    waiting.set(operation, [...(waiting.get(operation) ?? []), fault]);
  };
  return {
    failNext: (operation, error) => add(operation, { kind: 'fail', error }),
    holdNext(operation) {
      let release: () => void;
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      add(operation, { kind: 'hold', released });
      return () => release();
    },
    async pass(operation, signal) {
      signal.throwIfAborted();
      const fault = waiting.get(operation)?.shift();
      if (fault?.kind === 'fail') throw fault.error;
      if (fault?.kind === 'hold') await orAborted(fault.released, signal);
      signal.throwIfAborted();
    },
  };
}

function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
