import { Command, CommanderError } from 'commander';

/** What was typed. */
export interface BenchArguments {
  /** Workloads by name; empty: all. */
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly json: boolean;
  readonly list: boolean;
}

/** Output and exit code of a command line that asks for help or cannot be understood. */
export interface Usage {
  readonly exitCode: number;
  readonly output: string;
}

/** Reads the command line. `names` are the workloads that there are. */
export function parseArguments(argv: readonly string[], names: readonly string[]): BenchArguments | Usage {
  let output = '';
  const write = (text: string): void => void (output += text);
  const program = new Command('bench')
    .description('Measures workloads on this machine and prints one table, with other tools’ figures beside ours.')
    .option('--only <name...>', 'only these workloads', [])
    .option('--quick', 'few repetitions of small sizes: to see that it works, not to compare', false)
    .option('--json', 'print JSON instead of the table', false)
    .option('--list', 'print the workloads and why any of them cannot run here', false)
    .addHelpText('after', `\nWorkloads: ${names.join(', ')}`)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write });
  try {
    program.parse([...argv], { from: 'user' });
    const options = program.opts<BenchArguments>();
    const unknown = options.only.filter((name) => !names.includes(name));
    if (unknown.length > 0) program.error(`error: no workload ${unknown.join(', ')}; there are: ${names.join(', ')}`);
    return options;
  } catch (error) {
    if (error instanceof CommanderError) return { exitCode: error.exitCode === 0 ? 0 : 2, output };
    throw error;
  }
}

export function isUsage(parsed: BenchArguments | Usage): parsed is Usage {
  return 'exitCode' in parsed;
}
