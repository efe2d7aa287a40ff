/** Who is asking. */
export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
}

/** The group that may do everything. */
export const mastersGroup = 'system:masters';
