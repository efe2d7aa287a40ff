import type { IptablesTool } from './iptables-tool.js';
import { renderRemovalInput, renderRestoreInput, type TableWrite } from './restore-input.js';
import { canonicalRule, formatRule } from './rule-text.js';
import { compareJumps, staleRules, type TableContents } from './stale-rules.js';
import type { ChainRules, Jump, RuleSpec, TableRemoval, TableRules } from './table-rules.js';

type Signal = { readonly signal: AbortSignal };

export interface FamilyRulesOptions {
  /**
   * How many calls of `ensure` come between two that look through whole tables for what is left of another version; the
   * first one does. Otherwise only chains of ours and the built-in ones that lead there are read: a proxy may have ten
   * thousands of rules. 20 unless told.
   */
  readonly callsBetweenWholeLooks?: number;
}

/** The rules of one family: compares with what is there, table by table, and writes only tables that differ. */
export class FamilyRules {
  readonly #tool: IptablesTool;
  readonly #callsBetweenWholeLooks: number;
  /**
   * How the program printed a chain right after it was written, where that is neither our spelling nor one we know:
   * without this, such a program would have us write the chain anew each time.
   */
  readonly #accepted = new Map<string, { readonly desired: string; readonly printed: string }>();
  /** What was last written into each chain. */
  readonly #written = new Map<string, string>();
  /** Calls until whole tables are looked through. */
  #untilWholeLook = 0;
  /** Chains that cannot go, told once. */
  readonly #told = new Set<string>();

  constructor(tool: IptablesTool, { callsBetweenWholeLooks = 20 }: FamilyRulesOptions = {}) {
    this.#tool = tool;
    this.#callsBetweenWholeLooks = callsBetweenWholeLooks;
  }

  /** Returns what had to be changed. */
  async ensure(tables: readonly TableRules[], { signal }: Signal): Promise<readonly string[]> {
    const changes: string[] = [];
    const isWholeLook = this.#untilWholeLook === 0;
    for (const table of tables) {
      const found: FoundChains = new Map();
      const whole = isWholeLook ? await this.#tool.readTable(table.table, { signal }) : undefined;
      const { write, removal } = await this.#difference(table, found, async (chain) =>
        whole ? whole.chains.get(chain) : this.#tool.readChain(table.table, chain, { signal }),
      );
      if (write) {
        await this.#tool.restore(renderRestoreInput(write), { signal });
        for (const chain of write.chains) await this.#noteWritten(table.table, chain, { signal });
        changes.push(...describeWrite(write, found));
      }
      // What is wanted is there before anything goes.
      changes.push(
        ...(await (whole ? this.#removeStale(whole, table, { signal }) : this.#remove(removal, { signal }))),
      );
    }
    this.#untilWholeLook = isWholeLook ? this.#callsBetweenWholeLooks : this.#untilWholeLook - 1;
    return changes;
  }

  /** Removes all that is ours from these tables. Returns what there was. */
  async removeAll(tables: readonly TableRules['table'][], { signal }: Signal): Promise<readonly string[]> {
    const changes: string[] = [];
    for (const table of tables) {
      const found = await this.#tool.readTable(table, { signal });
      changes.push(...(await this.#removeStale(found, { table, jumps: [], chains: [] }, { signal })));
    }
    return changes;
  }

  async #removeStale(found: TableContents, wanted: TableRules, { signal }: Signal): Promise<readonly string[]> {
    const { removal, kept } = staleRules(found, wanted);
    const untold = kept.map((chain) => `table ${wanted.table}: left chain ${chain}, which chains of others lead to`);
    const told = untold.filter((text) => !this.#told.has(text));
    for (const text of told) this.#told.add(text);
    return [...(await this.#remove(removal, { signal })), ...told];
  }

  async #remove(removal: TableRemoval, { signal }: Signal): Promise<readonly string[]> {
    const { table, rules, chains } = removal;
    if (rules.length + chains.length === 0) return [];
    await this.#tool.restore(renderRemovalInput(removal), { signal });
    return [
      ...rules.map(({ from, rule }) => `table ${table}: removed from ${from}: ${formatRule(rule)}`),
      ...chains.map((chain) => `table ${table}: removed chain ${chain}`),
    ];
  }

  async #difference(
    { table, chains, jumps }: TableRules,
    found: FoundChains,
    read: (chain: string) => Promise<readonly RuleSpec[] | undefined>,
  ): Promise<{ readonly write?: TableWrite; readonly removal: TableRemoval }> {
    const differing: ChainRules[] = [];
    for (const chain of chains) {
      const present = await read(chain.chain);
      if (present !== undefined && this.#isSame(table, chain, present)) continue;
      differing.push(chain);
      found.set(chain.chain, present);
    }
    const missing: Jump[] = [];
    const stale: { readonly from: string; readonly rule: RuleSpec }[] = [];
    for (const from of new Set(jumps.map((jump) => jump.from))) {
      const present = (await read(from)) ?? [];
      const difference = compareJumps(
        present,
        jumps.filter((jump) => jump.from === from),
      );
      missing.push(...difference.missing);
      stale.push(...difference.stale.map((rule) => ({ from, rule })));
    }
    const removal = { table, rules: stale, chains: [] };
    if (differing.length + missing.length === 0) return { removal };
    return { write: { table, chains: differing, jumps: missing }, removal };
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
