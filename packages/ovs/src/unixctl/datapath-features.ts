import { appctl, type AppctlOptions, type AppctlTarget } from './appctl.js';

/** What the pipeline needs of the datapath, by the names of `dpif/show-dp-features`. */
export const requiredDatapathFeatures = ['CT state', 'CT zone', 'CT mark', 'CT label'] as const;
/** What Service load balancing needs besides. */
export const proxyDatapathFeature = 'CT state NAT';

/**
 * The features of a bridge's datapath that are told as Yes or No. Throws as `appctl` does.
 */
export async function datapathFeatures(
  target: AppctlTarget,
  bridge: string,
  options: AppctlOptions,
): Promise<ReadonlyMap<string, boolean>> {
  return parseDatapathFeatures(await appctl(target, 'dpif/show-dp-features', [bridge], options));
}

/** Reads `name: Yes` and `name: No` lines; other lines, such as numbers, are skipped. */
export function parseDatapathFeatures(text: string): ReadonlyMap<string, boolean> {
  const lines = text.split('\n').map((line) => line.split(':').map((part) => part.trim()));
  return new Map(
    lines.flatMap(([name, value, ...rest]) =>
      name !== undefined && rest.length === 0 && (value === 'Yes' || value === 'No')
        ? [[name, value === 'Yes'] as const]
        : [],
    ),
  );
}

/** The required features that are absent or No; empty when the datapath will do. */
export function missingDatapathFeatures(
  features: ReadonlyMap<string, boolean>,
  options: { readonly proxy: boolean },
): readonly string[] {
  const required: readonly string[] = options.proxy
    ? [...requiredDatapathFeatures, proxyDatapathFeature]
    : requiredDatapathFeatures;
  return required.filter((name) => features.get(name) !== true);
}
