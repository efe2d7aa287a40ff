import type { AdmissionRequest } from '../operations.js';
import { labelsMatch } from '../label-selector.js';
import type { ResourceRegistry } from '../resources/registry.js';
import { storageKey, type ApiResource } from '../resources/resource.js';
import type { Store } from '../storage/store.js';
import type { Webhook } from './webhook.js';

/**
 * The version of the resource in which a webhook wants to hear of a request; undefined when it does not. With
 * `matchPolicy: Equivalent` a rule for another version of the same resource counts as well.
 */
export function matchedResource(
  webhook: Webhook,
  { operation, target, object, old }: AdmissionRequest,
  { store, registry }: { readonly store: Store; readonly registry: ResourceRegistry },
): ApiResource | undefined {
  const { resource } = target;
  const versions =
    webhook.matchPolicy === 'Exact'
      ? [resource]
      : [
          resource,
          ...registry.all().filter((other) => other !== resource && storageKey(other) === storageKey(resource)),
        ];
  const matched = versions.find((version) =>
    webhook.rules?.some((rule) => ruleMatches(rule, operation, version, target.subresource)),
  );
  if (!matched) return undefined;
  const subject = object ?? old;
  const isNamespace = resource.kind === 'Namespace' && resource.group === '';
  const namespace = isNamespace ? subject : store.get('namespaces', target.namespace ?? '');
  // Objects outside namespaces are not chosen by namespace.
  if (
    (resource.namespaced || isNamespace) &&
    !labelsMatch(webhook.namespaceSelector, namespace?.metadata.labels ?? {})
  ) {
    return undefined;
  }
  const fits = [object, old].some((one) => one && labelsMatch(webhook.objectSelector, one.metadata.labels ?? {}));
  return fits ? matched : undefined;
}

type Rule = NonNullable<Webhook['rules']>[number];

function ruleMatches(rule: Rule, operation: string, resource: ApiResource, subresource: string | undefined): boolean {
  const has = (list: readonly string[] | undefined, value: string): boolean =>
    list !== undefined && (list.includes('*') || list.includes(value));
  const scope = resource.namespaced ? 'Namespaced' : 'Cluster';
  return (
    has(rule.operations, operation) &&
    has(rule.apiGroups, resource.group) &&
    has(rule.apiVersions, resource.version) &&
    (rule.scope === undefined || rule.scope === '*' || rule.scope === scope) &&
    (rule.resources ?? []).some((wanted) => resourceMatches(wanted, resource.plural, subresource))
  );
}

/** `pods`, `pods/status`; a star in either place; no second part: not a subresource. */
function resourceMatches(wanted: string, plural: string, subresource: string | undefined): boolean {
  const [resource, sub] = wanted.split('/');
  if (resource !== '*' && resource !== plural) return false;
  return sub === '*' || sub === subresource;
}
