import { runCommand } from '@antrea-ts/runtime';
import { urlHost } from '../plan/addresses.js';
import { enterArgs } from '../process/namespace.js';

/** From where is measured. */
export interface Place {
  readonly name: string;
  readonly detail: string;
  readonly pid: number;
}

/** What is to be reached. */
export interface Target {
  readonly name: string;
  readonly address: string;
}

export interface Measurement {
  /** `in part`: by ping alone or by HTTP alone, as while a policy takes hold. */
  readonly reached: 'wholly' | 'in part' | 'not';
  /** Average round trip of the pings, milliseconds. */
  readonly pingMs?: number;
  readonly httpStatus?: number;
  readonly httpMs?: number;
}

export interface MeasuredRow {
  readonly place: Place;
  readonly cells: readonly Measurement[];
}

/** Measures every target from every place, one place after the other, so that they do not disturb each other. */
export async function measureAll(
  places: readonly Place[],
  targets: readonly Target[],
): Promise<readonly MeasuredRow[]> {
  // The first packets resolve neighbours and fill caches; userspace tunnels even lose them.
  await Promise.all(places.flatMap((place) => targets.map((target) => ping(place, target, 2))));
  const rows: MeasuredRow[] = [];
  for (const place of places) {
    rows.push({ place, cells: await Promise.all(targets.map((target) => measure(place, target))) });
  }
  return rows;
}

/** Tries every target from every place at the same time, for a second: enough to see who is let through. */
export async function tryAll(places: readonly Place[], targets: readonly Target[]): Promise<readonly MeasuredRow[]> {
  return Promise.all(
    places.map(async (place) => ({
      place,
      cells: await Promise.all(targets.map((target) => measure(place, target, { pings: 1, seconds: 1 }))),
    })),
  );
}

async function measure(
  place: Place,
  target: Target,
  { pings, seconds } = { pings: 3, seconds: 3 },
): Promise<Measurement> {
  const [pingMs, http] = [await ping(place, target, pings, seconds), await get(place, target, seconds)];
  return {
    reached: summary(pingMs !== undefined, http?.status === 200),
    ...(pingMs === undefined ? {} : { pingMs }),
    ...(http === undefined ? {} : { httpStatus: http.status, httpMs: http.ms }),
  };
}

function summary(byPing: boolean, byHttp: boolean): Measurement['reached'] {
  if (byPing && byHttp) return 'wholly';
  return byPing || byHttp ? 'in part' : 'not';
}

async function ping(place: Place, { address }: Target, count: number, seconds = 3): Promise<number | undefined> {
  const args = ['-n', '-q', '-c', String(count), '-i', '0.05', '-W', '1', '-w', String(seconds), address];
  const { stdout } = await runCommand('nsenter', enterArgs(place.pid, 'ping', args), { okExitCodes: [0, 1, 2] });
  return parsePing(stdout);
}

/** The average of `rtt min/avg/max/mdev = …`; `undefined` when nothing came back. */
export function parsePing(output: string): number | undefined {
  const average = /= [\d.]+\/([\d.]+)\//.exec(output)?.[1];
  return average === undefined ? undefined : Number(average);
}

async function get(
  place: Place,
  { address }: Target,
  seconds: number,
): Promise<{ status: number; ms: number } | undefined> {
  const url = `http://${urlHost(address)}/`;
  const args = ['-s', '-o', '/dev/null', '-m', String(seconds), '-w', '%{http_code} %{time_total}', url];
  const { stdout } = await runCommand('nsenter', enterArgs(place.pid, 'curl', args), {
    okExitCodes: Array.from({ length: 100 }, (_, code) => code),
  });
  const [status, taken] = stdout.trim().split(' ').map(Number);
  return status ? { status, ms: (taken ?? 0) * 1000 } : undefined;
}
