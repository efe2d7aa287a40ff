/** Priority of policies without a tier, and of those whose tier does not exist (Antrea 1.3). */
export const defaultTierPriority = 250;

/** Names from before tiers were objects, which policies may still have. */
const oldNames: readonly string[] = ['Emergency', 'SecurityOps', 'NetworkOps', 'Platform', 'Application', 'Baseline'];

/** The name of the Tier object that a policy means; empty for none. */
export function tierName(written: string): string {
  return oldNames.includes(written) ? written.toLowerCase() : written;
}
