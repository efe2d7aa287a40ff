/**
 * Why the agent cannot go on.
 * - `config`: what the operator wrote cannot be; starting again does not help.
 * - `node`: the Node object or the machine does not offer what is needed (yet); starting again may help.
 * - `ovs`: Open vSwitch is absent, too old or refuses.
 * - `unsupported`: valid in Antrea 1.3, but not built here yet.
 */
export type AgentErrorCode = 'config' | 'node' | 'ovs' | 'unsupported';

export class AgentError extends Error {
  readonly code: AgentErrorCode;

  constructor(code: AgentErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = 'AgentError';
    this.code = code;
  }
}
