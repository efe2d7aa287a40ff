import { symlink } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CommandError, runCommand } from '@antrea-ts/runtime';
import { LabError } from '../errors.js';
import type { ComponentCommand } from '../process/component-process.js';
import { patient } from '../process/patience.js';

const tool = fileURLToPath(new URL('../../../../tools/wine', import.meta.url));
const programs = fileURLToPath(new URL('../../dist/windows/', import.meta.url));

/** A Windows drive of a Node, and how programs run on it. */
export interface Wine {
  /** Where drive C: is on this machine. */
  readonly driveC: string;
  /** A program of ours in node.exe. */
  command(program: WindowsProgram, args: readonly string[], env: Readonly<Record<string, string>>): ComponentCommand;
}

export type WindowsProgram = 'agent' | 'guest';

/** How a file of this machine is called inside. */
export function windowsPath(path: string): string {
  return `Z:${path.replaceAll('/', '\\')}`;
}

/** Throws when the programs for Windows are not there. */
export function checkWindowsPrograms(): void {
  const missing = (['agent', 'guest'] as const).find((program) => !existsSync(mainOf(program)));
  if (missing === undefined) return;
  throw new LabError('machine', `the Windows ${missing} is not built; use ./tools/lab, which builds it`);
}

/** Makes a drive, and a link to it at `link`, by which `lab down` finds it. */
export async function makeDrive(link: string): Promise<Wine> {
  const settings = await driveSettings();
  const { WINEPREFIX: drive = '', WINE_PROGRAM: file = '', NODE_EXE: node = '', ...others } = settings;
  await symlink(drive, link);
  return {
    driveC: `${drive}/drive_c`,
    command: (program, args, env) => ({
      file,
      args: [node, windowsPath(mainOf(program)), ...args],
      env: { ...others, WINEPREFIX: drive, ...env },
      // All other signals end a program under Wine without telling it.
      stopSignal: 'SIGINT',
    }),
  };
}

async function driveSettings(): Promise<Record<string, string>> {
  try {
    const { stdout } = await runCommand(tool, ['drive'], { timeout: patient(120_000) });
    return Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
  } catch (cause) {
    const why = cause instanceof CommandError ? cause.stderr.trim() : String(cause);
    throw new LabError('machine', `cannot make a Windows drive: ${why}; run ./tools/wine prepare`, { cause });
  }
}

function mainOf(program: WindowsProgram): string {
  return `${programs}${program}/main.js`;
}
