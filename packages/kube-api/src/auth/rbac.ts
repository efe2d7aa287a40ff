import { type ApiObject, at, textAt } from '../object.js';
import { labelsMatch } from '../label-selector.js';
import type { Store } from '../storage/store.js';
import { isMaster, masterRules, type Action, type Authorizer, type Decision, type PolicyRule } from './authorizer.js';
import type { User } from './user.js';

const group = 'rbac.authorization.k8s.io';

/** Evaluates Roles and ClusterRoles and their bindings, as the `RBAC` mode of a real server does. */
export class RbacAuthorizer implements Authorizer {
  readonly #store: Store;

  constructor({ store }: { readonly store: Store }) {
    this.#store = store;
  }

  authorize(user: User, action: Action): Decision {
    if (isMaster(user)) return { allowed: true, reason: '' };
    const namespace = action.kind === 'resource' ? action.namespace : undefined;
    for (const { rules, binding } of this.#grants(user, namespace)) {
      if (rules.some((rule) => ruleAllows(rule, action))) {
        return { allowed: true, reason: `RBAC: allowed by ${binding.kind} "${binding.metadata.name}"` };
      }
    }
    return { allowed: false, reason: '' };
  }

  rulesFor(user: User, namespace: string): readonly PolicyRule[] {
    return isMaster(user) ? masterRules : [...this.#grants(user, namespace)].flatMap(({ rules }) => rules);
  }

  *#grants(
    user: User,
    namespace: string | undefined,
  ): Generator<{ readonly rules: readonly PolicyRule[]; readonly binding: ApiObject }> {
    const bindings = [
      ...this.#store.list(`clusterrolebindings.${group}`),
      ...(namespace === undefined ? [] : this.#store.list(`rolebindings.${group}`, namespace)),
    ];
    for (const binding of bindings) {
      if (subjectsOf(binding).some((subject) => isSubject(subject, user, binding.metadata.namespace))) {
        yield { rules: this.#rulesOf(binding), binding };
      }
    }
  }

  #rulesOf(binding: ApiObject): readonly PolicyRule[] {
    const name = textAt(binding, 'roleRef', 'name');
    if (at(binding, 'roleRef', 'kind') === 'Role') {
      return rulesIn(this.#store.get(`roles.${group}`, `${binding.metadata.namespace}/${name}`));
    }
    const role = this.#store.get(`clusterroles.${group}`, name);
    const selectors = at(role, 'aggregationRule', 'clusterRoleSelectors');
    if (!Array.isArray(selectors)) return rulesIn(role);
    const others = this.#store
      .list(`clusterroles.${group}`)
      .filter(({ metadata }) => selectors.some((selector) => labelsMatch(selector, metadata.labels ?? {})));
    return [...rulesIn(role), ...others.flatMap(rulesIn)];
  }
}

function rulesIn(role: ApiObject | undefined): readonly PolicyRule[] {
  return (role?.['rules'] ?? []) as readonly PolicyRule[];
}

function subjectsOf(binding: ApiObject): readonly unknown[] {
  const { subjects } = binding;
  return Array.isArray(subjects) ? subjects : [];
}

function isSubject(subject: unknown, user: User, bindingNamespace: string | undefined): boolean {
  const name = textAt(subject, 'name');
  switch (at(subject, 'kind')) {
    case 'User':
      return user.name === name;
    case 'Group':
      return user.groups.includes(name);
    case 'ServiceAccount': {
      const namespace = textAt(subject, 'namespace') || (bindingNamespace ?? '');
      return user.name === `system:serviceaccount:${namespace}:${name}`;
    }
    default:
      return false;
  }
}

export function ruleAllows(rule: PolicyRule, action: Action): boolean {
  const has = (list: readonly string[] | undefined, value: string): boolean =>
    list !== undefined && (list.includes('*') || list.includes(value));
  if (!has(rule.verbs, action.verb)) return false;
  if (action.kind === 'path') {
    return (rule.nonResourceURLs ?? []).some((pattern) =>
      pattern.endsWith('*') ? action.path.startsWith(pattern.slice(0, -1)) : action.path === pattern,
    );
  }
  const { resource, subresource, name } = action;
  const resourceFits = subresource
    ? has(rule.resources, `${resource}/${subresource}`) || has(rule.resources, `*/${subresource}`)
    : has(rule.resources, resource);
  const nameFits = !rule.resourceNames || rule.resourceNames.length === 0 || rule.resourceNames.includes(name ?? '');
  return has(rule.apiGroups, action.group) && resourceFits && nameFits;
}
