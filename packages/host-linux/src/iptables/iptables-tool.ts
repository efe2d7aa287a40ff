import { type IpFamily } from '@antrea-ts/net-types';
import type { CommandRunner } from '@antrea-ts/runtime';
import { runTool } from '../run-tool.js';
import { parseIptablesVersion, restoreTakesLock, waitTakesSeconds, type IptablesVersion } from './iptables-version.js';
import { splitWords } from './rule-text.js';
import type { TableContents } from './stale-rules.js';
import type { RuleSpec } from './table-rules.js';
import { withXtablesLock } from './xtables-lock.js';

export interface IptablesToolOptions {
  readonly run: CommandRunner;
  readonly family: IpFamily;
  /** Which of the two programs; absent: what the system calls `iptables`. */
  readonly backend?: 'nft' | 'legacy';
  readonly lockFile: string;
}

type Signal = { readonly signal: AbortSignal };

const lockSeconds = 10;
/** When the version cannot be read, take a recent one. */
const assumed: IptablesVersion = { numbers: [1, 8, 0], backend: 'legacy' };

/** `iptables -S`: `-P` is a built-in chain with its policy, `-N` another one, `-A` a rule. */
function parseTable(text: string): TableContents {
  const builtIn = new Set<string>();
  const chains = new Map<string, RuleSpec[]>();
  for (const line of text.split('\n')) {
    const [, kind, chain = '', rule = ''] = /^-([PNA]) (\S+) ?(.*)$/.exec(line) ?? [];
    if (kind === 'A') chains.get(chain)?.push(splitWords(rule));
    else if (kind !== undefined) chains.set(chain, []);
    if (kind === 'P') builtIn.add(chain);
  }
  return { builtIn, chains };
}

/** The iptables programs of one family. */
export class IptablesTool {
  readonly #options: IptablesToolOptions;
  readonly #name: string;
  #version: Promise<IptablesVersion> | undefined;

  constructor(options: IptablesToolOptions) {
    this.#options = options;
    const base = options.family === 'ipv4' ? 'iptables' : 'ip6tables';
    this.#name = options.backend === undefined ? base : `${base}-${options.backend}`;
  }

  /** The rules of one chain, in order; `undefined` when there is no such chain. No other chain is read. */
  async readChain(table: string, chain: string, { signal }: Signal): Promise<readonly RuleSpec[] | undefined> {
    const args = [...(await this.#wait(signal)), '-t', table, '-S', chain];
    const { exitCode, stdout } = await this.#run(this.#name, args, { signal, okExitCodes: [0, 1] });
    if (exitCode !== 0) return undefined;
    const prefix = `-A ${chain} `;
    return stdout
      .split('\n')
      .filter((line) => line.startsWith(prefix))
      .map((line) => splitWords(line.slice(prefix.length)));
  }

  /** Everything in a table. Takes long where a proxy has its rules there. */
  async readTable(table: string, { signal }: Signal): Promise<TableContents> {
    const args = [...(await this.#wait(signal)), '-t', table, '-S'];
    const { stdout } = await this.#run(this.#name, args, { signal });
    return parseTable(stdout);
  }

  async restore(input: string, { signal }: Signal): Promise<void> {
    const file = `${this.#name}-restore`;
    if (restoreTakesLock(await this.#readVersion(signal))) {
      await this.#run(file, ['-w', String(lockSeconds), '--noflush'], { signal, input });
      return;
    }
    await withXtablesLock(this.#options.lockFile, { signal, timeout: lockSeconds * 1000 }, () =>
      this.#run(file, ['--noflush'], { signal, input }),
    );
  }

  async #wait(signal: AbortSignal): Promise<readonly string[]> {
    return waitTakesSeconds(await this.#readVersion(signal)) ? ['-w', String(lockSeconds)] : ['-w'];
  }

  #readVersion(signal: AbortSignal): Promise<IptablesVersion> {
    this.#version ??= this.#run(this.#name, ['--version'], { signal }).then(
      ({ stdout }) => parseIptablesVersion(stdout) ?? assumed,
      (error: unknown) => {
        this.#version = undefined;
        throw error;
      },
    );
    return this.#version;
  }

  #run(file: string, args: readonly string[], options: Signal & { input?: string; okExitCodes?: readonly number[] }) {
    return runTool(this.#options.run, file, args, options);
  }
}
