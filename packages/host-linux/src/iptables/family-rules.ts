import type { IptablesTool } from './iptables-tool.js';
import { renderRemovalInput, renderRestoreInput, type TableWrite } from './restore-input.js';
import { canonicalRule } from './rule-text.js';
import type { ChainRules, Jump, RuleSpec, TableRules } from './table-rules.js';

type Signal = { readonly signal: AbortSignal };

/** The rules of one family: compares with what is there, table by table, and writes only tables that differ. */
export class FamilyRules {
  readonly #tool: IptablesTool;
  /**
   * How the program printed a chain right after it was written, where that is neither our spelling nor one we know:
   * without this, such a program would have us write the chain anew each time.
   */
  readonly #accepted = new Map<string, { readonly desired: string; readonly printed: string }>();
  /** What was last written into each chain. */
  readonly #written = new Map<string, string>();

  constructor(tool: IptablesTool) {
    this.#tool = tool;
  }

  /** Returns what had to be changed. */
  async ensure(tables: readonly TableRules[], { signal }: Signal): Promise<readonly string[]> {
    const changes: string[] = [];
    for (const table of tables) {
      const found: FoundChains = new Map();
      const write = await this.#difference(table, found, { signal });
      if (write === undefined) continue;
      await this.#tool.restore(renderRestoreInput(write), { signal });
      for (const chain of write.chains) await this.#noteWritten(table.table, chain, { signal });
      changes.push(...describeWrite(write, found));
    }
    return changes;
  }

  async remove(tables: readonly TableRules[], { signal }: Signal): Promise<void> {
    for (const { table, chains, jumps } of tables) {
      const presentChains: ChainRules[] = [];
      for (const chain of chains) {
        if (await this.#tool.readChain(table, chain.chain, { signal })) presentChains.push(chain);
      }
      const presentJumps = await this.#jumps(table, jumps, true, { signal });
      if (presentChains.length + presentJumps.length === 0) continue;
      const write: TableWrite = { table, chains: presentChains, jumps: presentJumps };
      await this.#tool.restore(renderRemovalInput(write), { signal });
    }
  }

  async #difference(
    { table, chains, jumps }: TableRules,
    found: FoundChains,
    { signal }: Signal,
  ): Promise<TableWrite | undefined> {
    const differing: ChainRules[] = [];
    for (const chain of chains) {
      const present = await this.#tool.readChain(table, chain.chain, { signal });
      if (present !== undefined && this.#isSame(table, chain, present)) continue;
      differing.push(chain);
      found.set(chain.chain, present);
    }
    const missing = await this.#jumps(table, jumps, false, { signal });
    return differing.length + missing.length === 0 ? undefined : { table, chains: differing, jumps: missing };
  }

  async #jumps(table: string, jumps: readonly Jump[], present: boolean, { signal }: Signal): Promise<readonly Jump[]> {
    const found: Jump[] = [];
    for (const jump of jumps) {
      if ((await this.#tool.hasJump(table, jump, { signal })) === present) found.push(jump);
    }
    return found;
  }

  #isSame(table: string, { chain, rules }: ChainRules, present: readonly RuleSpec[]): boolean {
    const desired = canonicalChain(rules);
    const printed = canonicalChain(present);
    if (desired === printed) return true;
    const accepted = this.#accepted.get(`${table} ${chain}`);
    return accepted?.desired === desired && accepted.printed === printed;
  }

  /** The same chain written for the second time: somebody changed it, or it is only spelled in another way. */
  async #noteWritten(table: string, chain: ChainRules, { signal }: Signal): Promise<void> {
    const key = `${table} ${chain.chain}`;
    const desired = canonicalChain(chain.rules);
    const again = this.#written.get(key) === desired;
    this.#written.set(key, desired);
    if (!again) return;
    const present = await this.#tool.readChain(table, chain.chain, { signal });
    // A different number of rules is no spelling: somebody else changed the chain at the same time.
    if (present?.length !== chain.rules.length) return;
    this.#accepted.set(key, { desired, printed: canonicalChain(present) });
  }
}

function canonicalChain(rules: readonly RuleSpec[]): string {
  return rules.map(canonicalRule).join('\n');
}

/** What a chain that is written held before; `undefined`: there was none. */
type FoundChains = Map<string, readonly RuleSpec[] | undefined>;

function describeWrite({ table, chains, jumps }: TableWrite, found: FoundChains): readonly string[] {
  return [
    ...chains.map((chain) => `table ${table}: wrote chain ${chain.chain} ${describeChain(chain, found)}`),
    ...jumps.map(({ from, to }) => `table ${table}: added the jump from ${from} to ${to}`),
  ];
}

function describeChain({ chain, rules }: ChainRules, found: FoundChains): string {
  const present = found.get(chain);
  if (present === undefined) return `(${rules.length} rules), which was not there`;
  const wanted = new Set(rules.map(canonicalRule));
  const foreign = present.map(canonicalRule).filter((rule) => !wanted.has(rule));
  const had = `(${rules.length} rules), which had ${present.length}`;
  return foreign.length === 0 ? had : `${had}, of others: ${foreign.join('; ')}`;
}
