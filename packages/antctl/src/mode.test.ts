import { expect, it } from 'vitest';
import { modeOf } from './mode.js';

it.each([
  [{}, undefined, 'remote'],
  [{ POD_NAME: 'antrea-agent-x7z' }, undefined, 'agent'],
  [{ POD_NAME: 'antrea-controller-5d-2x' }, undefined, 'controller'],
  [{ POD_NAME: 'web' }, undefined, 'remote'],
  [{ POD_NAME: 'antrea-agent-x7z', ANTCTL_MODE: 'remote' }, undefined, 'remote'],
  [{ ANTCTL_MODE: 'remote' }, 'agent', 'agent'],
] as const)('with %j and --mode %s it is %s', (env, asked, mode) => {
  expect(modeOf(env, asked)).toBe(mode);
});

it('refuses others, and says where it has them from', () => {
  expect(() => modeOf({ ANTCTL_MODE: 'x' })).toThrow('ANTCTL_MODE "x": it must be one of agent, controller, remote');
  expect(() => modeOf({}, 'x')).toThrow('--mode "x"');
});
