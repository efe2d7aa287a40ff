import type { AntreaControllerInfo, ComponentVersion } from '@antrea-ts/apis';
import type { Api } from '../connection/api.js';
import { AntctlError } from '../errors.js';
import { version } from '../version.js';
import { alignRows } from '../output/table.js';
import type { Command, CommandContext } from './command.js';
import { controllerInfoPath } from './controllerinfo.js';

/** Versions of antctl and of what it talks to; that of antctl also where nobody answers. */
export const versionCommand: Command = {
  path: ['version'],
  summary: 'show the versions of antctl and of the agent or controller',
  modes: ['agent', 'controller', 'remote'],
  defaultFormat: 'yaml',
  async run(_invocation, { mode, api }) {
    const answer = await otherVersion(mode, api).catch((error: unknown) => {
      if (error instanceof AntctlError) return error;
      throw error;
    });
    const versions = { antctlVersion: version, ...(answer instanceof AntctlError ? {} : answer) };
    return {
      value: versions,
      table: () => alignRows([Object.keys(versions), Object.values(versions)]),
      ...(answer instanceof AntctlError && { failure: answer }),
    };
  },
};

async function otherVersion(mode: CommandContext['mode'], api: Api): Promise<Record<string, string>> {
  if (mode === 'remote') {
    const info = (await api.get({ from: 'cluster', path: controllerInfoPath })) as AntreaControllerInfo;
    return { controllerVersion: info.version };
  }
  const answer = (await api.get({ from: mode, path: '/version' })) as ComponentVersion;
  return { [`${mode}Version`]: versionText(answer) };
}

/** `gitVersion[-gitCommit][.gitTreeState]`. */
function versionText({ gitVersion, gitCommit, gitTreeState }: ComponentVersion): string {
  return `${gitVersion}${gitCommit ? `-${gitCommit}` : ''}${gitTreeState ? `.${gitTreeState}` : ''}`;
}
