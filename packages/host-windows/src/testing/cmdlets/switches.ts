import { hostAdapterName } from '../../names.js';
import { removeAdapter } from '../follow-hns.js';
import { CmdletFailure, type CmdletModel } from './cmdlet.js';

export const switchCmdlets: Readonly<Record<string, CmdletModel>> = {
  'Get-WindowsOptionalFeature': {
    parameters: { Online: 'boolean', FeatureName: 'text' },
    run: ({ features }, given) => [{ State: features.has(given.required('FeatureName')) ? 2 : 0 }],
  },
  'Get-VMSwitch': {
    parameters: { Name: 'text' },
    run({ switches }, given) {
      const name = given.required('Name');
      const found = switches.get(name);
      if (!found)
        throw new CmdletFailure(
          'InvalidParameter,Get-VMSwitch',
          `Hyper-V was unable to find a virtual switch with name "${name}".`,
        );
      return [{ Name: name, SoftwareRscEnabled: found.softwareRsc ?? null }];
    },
  },
  'Set-VMSwitch': {
    parameters: { Name: 'text', AllowManagementOS: 'boolean', EnableSoftwareRsc: 'boolean' },
    run(machine, given, input) {
      const fed = input.map(({ Name }) => String(Name));
      const name = given.text('Name') ?? fed[0] ?? '';
      const found = machine.switches.get(name);
      if (!found)
        throw new CmdletFailure(
          'InvalidParameter,Set-VMSwitch',
          `Hyper-V was unable to find a virtual switch with name "${name}".`,
        );
      if (given.flag('EnableSoftwareRsc')) found.softwareRsc = true;
      if (given.text('AllowManagementOS') === 'false') {
        found.allowManagementOs = false;
        removeAdapter(machine, hostAdapterName(found.bound.adapter));
      }
      return [];
    },
  },
};
