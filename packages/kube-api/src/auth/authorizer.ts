import { mastersGroup, type User } from './user.js';

/** What somebody wants to do. */
export type Action =
  | {
      readonly kind: 'resource';
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource?: string | undefined;
      readonly namespace?: string | undefined;
      readonly name?: string | undefined;
    }
  | { readonly kind: 'path'; readonly verb: string; readonly path: string };

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

export interface PolicyRule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** Decides who may do what. */
export interface Authorizer {
  authorize(user: User, action: Action): Decision;
  /** The rules that hold for somebody in a namespace, for `kubectl auth can-i --list`. */
  rulesFor(user: User, namespace: string): readonly PolicyRule[];
}

const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** Lets everybody who is known do everything: for a cluster that is one person's. */
export const allowAll: Authorizer = {
  authorize: () => ({ allowed: true, reason: 'this server allows everything to authenticated users' }),
  rulesFor: () => everything,
};

export function isMaster({ groups }: User): boolean {
  return groups.includes(mastersGroup);
}

export const masterRules = everything;
