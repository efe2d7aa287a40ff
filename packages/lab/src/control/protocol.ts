import type { OvsDaemon } from '../node/ovs-daemons.js';

/** What a command asks of the daemon: one JSON object, POSTed to its socket. */
export type ControlRequest =
  /** Tells the progress of the start and returns when the lab is up or has failed. */
  | { readonly verb: 'wait-up' }
  | { readonly verb: 'status' }
  | ComponentRequest
  | {
      readonly verb: 'dns-set';
      readonly name: string;
      readonly type: 'A' | 'AAAA' | 'CNAME';
      readonly values: readonly string[];
      readonly ttl: number;
    }
  | { readonly verb: 'dns-del'; readonly name: string }
  | { readonly verb: 'dns-list' };

/** Acts on a component of a Node, or on the controller. */
export type ComponentRequest = { readonly verb: 'component'; readonly action: ComponentAction } & (
  | { readonly component: 'agent'; readonly node: string }
  /** Without `daemon` both. */
  | { readonly component: 'ovs'; readonly node: string; readonly daemon?: OvsDaemon }
  | { readonly component: 'controller' }
);

export const componentActions = ['stop', 'start', 'restart', 'kill'] as const;
export type ComponentAction = (typeof componentActions)[number];

/** What the daemon answers: one JSON object a line, the last of which is a result or an error. */
export type ControlReply =
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'error'; readonly code: string; readonly message: string };
