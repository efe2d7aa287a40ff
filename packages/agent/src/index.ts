export { runAgent } from './agent.js';
export type { AgentModules } from './modules.js';
export { agentConfigTable, type AgentConfig } from './config/keys.js';
export { agentOptions, type AgentOptions } from './config/options.js';
export { Dataplane } from './dataplane/dataplane.js';
export { NodePolicies } from './policy/node-policies.js';
export { AgentError, type AgentErrorCode } from './errors.js';
