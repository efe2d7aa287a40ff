import { connect, type TLSSocket } from 'node:tls';

export interface WatchersRequest {
  readonly host: string;
  readonly port: number;
  readonly token: string;
  readonly count: number;
  /** How many changes will be told to each. */
  readonly events: number;
}

/** What the program says first: everybody has the beginning. */
export interface WatchersReady {
  readonly stormMs: number;
  /** Until each had a TLS connection, sorted. */
  readonly connectedMs: readonly number[];
  /** Until each had the beginning, sorted. */
  readonly beginningMs: readonly number[];
  /** What this process worked until then. */
  readonly processorMs: number;
}

/** What it says of each event: when the last one had it, on the clock that all processes of a machine share. */
export interface WatchersTold {
  readonly lastAt: number;
}

const path = '/apis/controlplane.antrea.io/v1beta2/addressgroups?watch=true&timeoutSeconds=3600';

/** Milliseconds on a clock that all processes of this machine share. */
export function machineNow(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

/** Watches address groups over so many connections of their own, begun at once. */
export async function runWatchers(request: WatchersRequest, tell: (line: object) => void): Promise<void> {
  const start = machineNow();
  const worked = process.cpuUsage();
  const toldTo: number[] = [];
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const onEvent = (index: number): void => {
    toldTo[index] = (toldTo[index] ?? 0) + 1;
    if (toldTo[index] < request.count) return;
    tell({ lastAt: machineNow() } satisfies WatchersTold);
    if (index === request.events - 1) finish();
  };
  const connectedMs: number[] = [];
  const onConnected = (): unknown => connectedMs.push(machineNow() - start);
  const begun = Array.from({ length: request.count }, () =>
    watchOnce(request, onConnected, onEvent).then(() => machineNow() - start),
  );
  const beginningMs = (await Promise.all(begun)).sort((a, b) => a - b);
  const { user, system } = process.cpuUsage(worked);
  const processorMs = (user + system) / 1_000;
  tell({ stormMs: machineNow() - start, connectedMs, beginningMs, processorMs } satisfies WatchersReady);
  await finished;
}

/** Resolves when everything that there is has been told; then calls back with the number of each change. */
function watchOnce(
  { host, port, token }: WatchersRequest,
  onConnected: () => void,
  onEvent: (index: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: TLSSocket = connect({ host, port, rejectUnauthorized: false }, onConnected);
    let seen = 0;
    let rest = '';
    socket.setEncoding('latin1').on('error', reject);
    socket.on('close', () => reject(new Error(`the controller closed a watch: ${rest.slice(0, 200)}`)));
    socket.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith('{"type":"BOOKMARK"')) resolve();
        else if (line.startsWith('{"type":"MODIFIED"')) onEvent(seen++);
      }
    });
    socket.write(`GET ${path} HTTP/1.1\r\nhost: antrea\r\nauthorization: Bearer ${token}\r\n\r\n`);
  });
}
