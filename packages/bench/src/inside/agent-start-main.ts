// Runs in a Node: the agent's port is only there.
import { text } from 'node:stream/consumers';
import { startAgents, type AgentStartRequest } from './agent-start.js';

const answer = await startAgents(JSON.parse(await text(process.stdin)) as AgentStartRequest);
process.stdout.write(JSON.stringify(answer));
