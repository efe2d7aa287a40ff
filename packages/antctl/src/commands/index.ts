import { agentInfo } from './agentinfo.js';
import type { Command } from './command.js';
import { controllerInfo } from './controllerinfo.js';
import { podInterface } from './podinterface.js';
import { versionCommand } from './version.js';

/** What the first words of commands are about. */
export const groups: Readonly<Record<string, string>> = {
  get: 'show what an agent, or the controller, knows',
};

/** Every command of antctl: one file each beside this one. */
export const commands: readonly Command[] = [versionCommand, podInterface, agentInfo, controllerInfo];
