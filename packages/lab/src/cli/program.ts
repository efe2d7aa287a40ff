import { Command, CommanderError, Option } from 'commander';
import pc from 'picocolors';
import { componentActions, type ComponentAction } from '../control/protocol.js';
import { askDaemon } from '../control/control-client.js';
import { LabError } from '../errors.js';
import {
  checkLabName,
  datapathChoices,
  encryptionChoices,
  ipChoices,
  modeChoices,
  parseFeatureGates,
  parseNodeCount,
  parseSubnetCount,
  parseWindowsNodeCount,
  tunnelChoices,
  type LabOptions,
} from '../options.js';
import { ovsDaemons, type OvsDaemon } from '../node/ovs-daemons.js';
import { labPaths, labRoot, type LabPaths } from '../paths.js';
import type { LabStatus } from '../status.js';
import { takeDown } from './down.js';
import { runLabAntctl } from './antctl.js';
import { captureNode, enterExternal, enterNode, enterPod } from './enter.js';
import { addDnsCommands } from './dns.js';
import { listLabs, requireLab, requireNode } from './find-lab.js';
import { findLog, printLog } from './logs.js';
import { defaultDatapath } from './machine.js';
import { renderStatus } from './print-status.js';
import { createProgress } from './progress.js';
import { runAttached } from './run-attached.js';
import { bringUp, readConfigFile } from './up.js';

/** What every command gets: which lab, and how to end with an exit code. */
export interface CommandContext {
  readonly paths: () => LabPaths;
  readonly exit: (code: number) => void;
}

/** Runs one command of the lab and returns the exit code. */
export async function runLab(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const program = createProgram({ exit: (code) => (exitCode = code) });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const text =
      error instanceof Error && !(error instanceof LabError)
        ? (error.stack ?? error.message)
        : (error as Error).message;
    process.stderr.write(`${pc.red('error:')} ${text}\n`);
    return error instanceof LabError && error.code === 'usage' ? 2 : 1;
  }
}

function createProgram({ exit }: Pick<CommandContext, 'exit'>): Command {
  const program = new Command('lab')
    .description('A whole cluster on this machine, in network namespaces.')
    .option('--name <name>', 'which lab', process.env['LAB_NAME'] ?? 'lab')
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError();
  const root = labRoot();
  const paths = (): LabPaths => labPaths(root, checkLabName(program.opts<{ name: string }>().name));
  const context: CommandContext = { paths, exit };
  addLifecycle(program, root, context);
  addInspection(program, root, context);
  addPassThrough(program, context);
  addDnsCommands(program, context);
  addComponents(program, context);
  return program;
}

interface UpFlags {
  readonly nodes: number;
  readonly windowsNodes: number;
  readonly ip: LabOptions['ip'];
  readonly mode: LabOptions['mode'];
  readonly tunnel: LabOptions['tunnel'];
  readonly datapath?: LabOptions['datapath'];
  readonly encryption: LabOptions['encryption'];
  readonly subnets: number;
  readonly transportInterface: boolean;
  readonly rbac: boolean;
  readonly config?: string;
  readonly featureGates: Record<string, boolean>;
}

function addLifecycle(program: Command, root: string, { paths }: CommandContext): void {
  program
    .command('up')
    .description('make the lab; returns when its Nodes are Ready')
    .addOption(new Option('--nodes <count>', 'number of Nodes').default(2).argParser(parseNodeCount))
    .addOption(
      new Option('--windows-nodes <count>', 'number of Nodes whose agent is the Windows build, under Wine')
        .default(0)
        .argParser(parseWindowsNodeCount),
    )
    .addOption(new Option('--ip <families>', 'IP families').choices(ipChoices).default('v4'))
    .addOption(new Option('--mode <mode>', 'how traffic between Nodes travels').choices(modeChoices).default('encap'))
    .addOption(new Option('--tunnel <type>', 'tunnel protocol').choices(tunnelChoices).default('geneve'))
    .addOption(
      new Option('--datapath <type>', 'Open vSwitch datapath (default: what the kernel can do)').choices(
        datapathChoices,
      ),
    )
    .addOption(new Option('--encryption <type>', 'encryption between Nodes').choices(encryptionChoices).default('none'))
    .addOption(
      new Option('--subnets <count>', 'underlay subnets that Nodes are placed in by turns, with a router between them')
        .default(1)
        .argParser(parseSubnetCount),
    )
    .option('--transport-interface', 'a second underlay that carries the traffic between Nodes', false)
    .option('--rbac', 'the API refuses what no Role allows; by default everybody known may do everything', false)
    .option('--config <file>', 'keys of antrea-agent.conf, merged over the lab’s own')
    .addOption(
      new Option('--feature-gates <gates>', 'such as A=true,B=false')
        .default({}, 'as in antrea-agent.conf')
        .argParser(parseFeatureGates),
    )
    .action(async ({ config, datapath = defaultDatapath(), ...flags }: UpFlags) => {
      const { name } = paths();
      const progress = createProgress();
      const agentConfig = config === undefined ? '' : readConfigFile(config);
      const made = await bringUp(root, name, { ...flags, datapath, agentConfig }, progress);
      progress.end(`lab "${name}" is up`);
      process.stdout.write(`KUBECONFIG=${made.kubeconfig}\n`);
    });
  program
    .command('down')
    .description('remove everything the lab made; safe to run twice, and after a crash')
    .action(async () => {
      const { name } = paths();
      const there = await takeDown(root, name);
      process.stderr.write(there ? `lab "${name}" is removed\n` : `there is no lab "${name}"\n`);
    });
}

function addInspection(program: Command, root: string, { paths, exit }: CommandContext): void {
  program
    .command('status')
    .description('Nodes, Pods, components, versions; exit code 1 when something is unhealthy')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['table', 'json']).default('table'))
    .action(async ({ output }: { output: string }) => {
      const status = (await askDaemon(requireLab(paths()).controlSocket, { verb: 'status' })) as LabStatus;
      process.stdout.write(`${output === 'json' ? JSON.stringify(status, null, 2) : renderStatus(status)}\n`);
      exit(status.healthy ? 0 : 1);
    });
  program
    .command('list')
    .description('names of the labs of this machine')
    .action(
      () =>
        void process.stdout.write(
          listLabs(root)
            .map((name) => `${name}\n`)
            .join(''),
        ),
    );
  program
    .command('kubeconfig')
    .description('path of a kubeconfig for any client')
    .action(() => void process.stdout.write(`${requireLab(paths()).kubeconfig}\n`));
  program
    .command('logs')
    .description('log of agent|ovs-vswitchd|ovsdb-server NODE, controller, daemon, or NAMESPACE/POD [CONTAINER]')
    .argument('<component>')
    .argument('[where]', 'Node, or the Pod’s container')
    .option('-f, --follow', 'go on until interrupted', false)
    .option('-n, --tail <lines>', 'only the last lines', 'all')
    .action(async (component: string, where: string | undefined, options: { follow: boolean; tail: string }) => {
      exit(await printLog(await findLog(requireLab(paths()), component, where), options));
    });
}

function addPassThrough(program: Command, { paths, exit }: CommandContext): void {
  /** What follows belongs to the program that is run: its options and its --help, too. */
  const passing = (name: string, description: string): Command =>
    program.command(name).description(description).passThroughOptions().allowUnknownOption();
  passing('kubectl', 'kubectl with the lab’s kubeconfig')
    .helpOption(false)
    .argument('[args...]')
    .action(async (args: string[]) => {
      const env = { KUBECONFIG: requireLab(paths()).kubeconfig };
      exit(await runAttached('kubectl', args, { env, debianPackage: 'kubernetes-client' }));
    });
  passing('antctl', 'antctl as an administrator, from where it reaches every Node')
    .helpOption(false)
    .argument('[args...]')
    .action(async (args: string[]) => exit(await runLabAntctl(paths(), args)));
  passing('exec', 'run a command in a Pod')
    .usage('NAMESPACE/POD -- COMMAND...')
    .argument('<pod>')
    .argument('[command...]')
    .action(async (pod: string, command: string[]) => exit(await enterPod(paths(), pod, withoutDashes(command))));
  passing('node', 'run a command in a Node’s namespaces; ovs-vsctl, ovs-ofctl, ovs-appctl and antctl just work')
    .usage('NODE -- COMMAND...')
    .argument('<node>')
    .argument('[command...]')
    .action(async (node: string, command: string[]) => exit(await enterNode(paths(), node, withoutDashes(command))));
  passing('external', 'run a command in the outside world, beyond the underlay')
    .usage('-- COMMAND...')
    .argument('[command...]')
    .action(async (command: string[]) => exit(await enterExternal(paths(), withoutDashes(command))));
  passing('capture', 'show what crosses a Node’s underlay')
    .usage('NODE [-- TCPDUMP-ARGUMENTS...]')
    .argument('<node>')
    .argument('[args...]')
    .action(async (node: string, args: string[]) => exit(await captureNode(paths(), node, withoutDashes(args))));
}

/** commander keeps the `--` that follows an operand. */
function withoutDashes(args: readonly string[]): readonly string[] {
  return args[0] === '--' ? args.slice(1) : args;
}

function addComponents(program: Command, { paths }: CommandContext): void {
  const actions = componentActions.join('|');
  program
    .command('agent')
    .description(`${actions} antrea-agent of a Node (kill is SIGKILL)`)
    .argument('<node>')
    .argument('<action>', actions)
    .action(async (node: string, action: string) => {
      requireNode(paths(), node);
      const request = { verb: 'component', component: 'agent', node, action: checkAction(action) } as const;
      await askDaemon(paths().controlSocket, request);
    });
  program
    .command('ovs')
    .description(`${actions} Open vSwitch of a Node, or one of its daemons`)
    .argument('<node>')
    .argument('<action>', actions)
    .addOption(new Option('--daemon <daemon>', 'only this one').choices(ovsDaemons))
    .action(async (node: string, action: string, only: { daemon?: OvsDaemon }) => {
      requireNode(paths(), node);
      const request = { verb: 'component', component: 'ovs', node, ...only, action: checkAction(action) } as const;
      await askDaemon(paths().controlSocket, request);
    });
  program
    .command('controller')
    .description(`${actions} antrea-controller`)
    .argument('<action>', actions)
    .action(async (action: string) => {
      const { controlSocket } = requireLab(paths());
      await askDaemon(controlSocket, { verb: 'component', component: 'controller', action: checkAction(action) });
    });
}

function checkAction(action: string): ComponentAction {
  const known = componentActions.find((candidate) => candidate === action);
  if (known) return known;
  throw new LabError('usage', `${action}: must be one of ${componentActions.join(', ')}`);
}
