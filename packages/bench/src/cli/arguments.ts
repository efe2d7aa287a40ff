import { Command, CommanderError } from 'commander';

/** What was typed. */
export interface BenchArguments {
  /** Workloads by name; empty: all. */
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly json: boolean;
  readonly list: boolean;
  /** Instead of workloads: a fixture by name, or a file with the objects of a cluster. */
  readonly fixture?: string;
  /** Where the fixture's objects, and what was computed from them, are written. */
  readonly out?: string;
}

/** Output and exit code of a command line that asks for help or cannot be understood. */
export interface Usage {
  readonly exitCode: number;
  readonly output: string;
}

/** Reads the command line. `names` are the workloads that there are, `fixtureNames` the clusters of a fixed shape. */
export function parseArguments(
  argv: readonly string[],
  names: readonly string[],
  fixtureNames: readonly string[],
): BenchArguments | Usage {
  let output = '';
  const write = (text: string): void => void (output += text);
  const program = new Command('bench')
    .description('Measures workloads on this machine and prints one table, with other tools’ figures beside ours.')
    .option('--only <name...>', 'only these workloads', [])
    .option('--quick', 'few repetitions of small sizes: to see that it works, not to compare', false)
    .option('--json', 'print JSON instead of the table', false)
    .option('--list', 'print the workloads and why any of them cannot run here', false)
    .option('--fixture <name>', 'compute the policy of one cluster only: a shape by name, or a JSON file with a List')
    .option('--out <directory>', 'with --fixture: write its objects, and what was computed from them, as JSON')
    .addHelpText('after', `\nWorkloads: ${names.join(', ')}\nFixtures: ${fixtureNames.join(', ')}`)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write });
  try {
    program.parse([...argv], { from: 'user' });
    const options = program.opts<BenchArguments>();
    const unknown = options.only.filter((name) => !names.includes(name));
    if (unknown.length > 0) program.error(`error: no workload ${unknown.join(', ')}; there are: ${names.join(', ')}`);
    if (
      options.fixture !== undefined &&
      !fixtureNames.includes(options.fixture) &&
      !options.fixture.endsWith('.json')
    ) {
      program.error(`error: no fixture ${options.fixture}; there are: ${fixtureNames.join(', ')}, or a file *.json`);
    }
    if (options.out !== undefined && options.fixture === undefined) program.error('error: --out needs --fixture');
    return options;
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2, output };
    throw error;
  }
}

export function isUsage(parsed: BenchArguments | Usage): parsed is Usage {
  return 'exitCode' in parsed;
}
