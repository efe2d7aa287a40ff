import { agentInfo } from './agentinfo.js';
import type { Command } from './command.js';
import { completion } from './completion.js';
import { controllerInfo } from './controllerinfo.js';
import { explain } from './explain.js';
import { featureGates } from './featuregates.js';
import { logLevel } from './log-level.js';
import { networkPolicy } from './networkpolicy.js';
import { ovsFlows } from './ovsflows.js';
import { podInterface } from './podinterface.js';
import { addressGroup, appliedToGroup } from './policy-groups.js';
import { queryEndpoint } from './query-endpoint.js';
import { tracePacket } from './trace-packet.js';
import { versionCommand } from './version.js';

/** What the first words of commands are about. */
export const groups: Readonly<Record<string, string>> = {
  get: 'show what an agent, or the controller, knows',
  query: 'ask the controller about what concerns an object',
};

/** Every command of antctl: one file each beside this one, in the order of help and docs. */
export const commands: readonly Command[] = [
  networkPolicy,
  appliedToGroup,
  addressGroup,
  podInterface,
  ovsFlows,
  agentInfo,
  controllerInfo,
  featureGates,
  queryEndpoint,
  explain,
  tracePacket,
  logLevel,
  versionCommand,
  completion,
];
