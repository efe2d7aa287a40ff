import type { IncomingHttpHeaders } from 'node:http';
import type { Authorizer } from '../auth/authorizer.js';
import type { User } from '../auth/user.js';
import { ApiError } from '../status.js';

/** The user whom a request speaks for: `kubectl --as`. Throws `Forbidden` where the one who asks may not. */
export function impersonated(user: User, headers: IncomingHttpHeaders, authorizer: Authorizer): User {
  const name = headers['impersonate-user'];
  if (typeof name !== 'string') return user;
  const given = [headers['impersonate-group'] ?? []].flat().flatMap((value) => value.split(', '));
  const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name);
  const groups = account ? ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`] : [];
  const wanted = [{ resource: 'users', name }, ...given.map((group) => ({ resource: 'groups', name: group }))];
  for (const { resource, name: whom } of wanted) {
    const action = { kind: 'resource', verb: 'impersonate', group: '', resource, name: whom } as const;
    if (!authorizer.authorize(user, action).allowed) {
      throw new ApiError(
        'Forbidden',
        `${resource} "${whom}" is forbidden: User "${user.name}" cannot impersonate resource "${resource}" in API group "" at the cluster scope`,
      );
    }
  }
  return { name, groups: [...new Set([...given, ...groups, 'system:authenticated'])] };
}
