export { Classifier, type Found } from './classifier.js';
export { FlowEvaluator, type EvaluatedStep, type Evaluation, type EvaluatorOptions } from './evaluate.js';
export { stateOf, type EvaluatedPacket } from './packet.js';
export { PacketState } from './packet-state.js';
export { isRejected, policyDecisions, type PolicyDecision } from '../features/network-policy/decisions.js';
