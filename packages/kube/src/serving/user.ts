/** Who is asking, as the Kubernetes API knows them. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string | undefined;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** Who shows neither token nor certificate. */
export const anonymous: UserInfo = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/** May do everything, in every cluster. */
export const mastersGroup = 'system:masters';

const authenticatedGroup = 'system:authenticated';

/** Everybody who is known has one group more. */
export function authenticated(user: UserInfo): UserInfo {
  if (user.groups.includes(authenticatedGroup) || user.groups.includes('system:unauthenticated')) return user;
  return { ...user, groups: [...user.groups, authenticatedGroup] };
}
