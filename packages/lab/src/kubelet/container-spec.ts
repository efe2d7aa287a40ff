import type { Container, EnvVar, Pod } from 'kubernetes-types/core/v1.js';

/** What is known of a Pod once it has its addresses: what `fieldRef` may ask for. */
export interface PodFacts {
  readonly podIps: readonly string[];
  readonly hostIps: readonly string[];
}

export type ContainerSpec =
  /** A program on this machine. */
  | {
      readonly kind: 'program';
      readonly argv: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly workingDir: string;
    }
  /** Nothing to run: the container only is. */
  | { readonly kind: 'pause' }
  | { readonly kind: 'invalid'; readonly why: string };

/** Renders a container as a program of the machine: its image is not looked at. */
export function containerSpec(pod: Pod, container: Container, facts: PodFacts): ContainerSpec {
  const argv = [...(container.command ?? []), ...(container.args ?? [])];
  if (argv.length === 0) return { kind: 'pause' };
  const env: Record<string, string> = {};
  for (const variable of container.env ?? []) {
    const value = resolve(variable, pod, facts);
    if (value === undefined) {
      return { kind: 'invalid', why: `env ${variable.name}: this kind of valueFrom is not supported in a lab` };
    }
    env[variable.name] = expand(value, env);
  }
  if ((container.envFrom ?? []).length > 0) return { kind: 'invalid', why: 'envFrom is not supported in a lab' };
  return { kind: 'program', argv: argv.map((word) => expand(word, env)), env, workingDir: container.workingDir ?? '/' };
}

function resolve(variable: EnvVar, pod: Pod, facts: PodFacts): string | undefined {
  if (variable.valueFrom === undefined) return variable.value ?? '';
  const path = variable.valueFrom.fieldRef?.fieldPath;
  const { metadata, spec } = pod;
  switch (path) {
    case 'metadata.name':
      return metadata?.name ?? '';
    case 'metadata.namespace':
      return metadata?.namespace ?? '';
    case 'metadata.uid':
      return metadata?.uid ?? '';
    case 'spec.nodeName':
      return spec?.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? 'default';
    case 'status.podIP':
      return facts.podIps[0] ?? '';
    case 'status.podIPs':
      return facts.podIps.join(',');
    case 'status.hostIP':
      return facts.hostIps[0] ?? '';
  }
  const keyed = /^metadata\.(labels|annotations)\['([^']*)'\]$/.exec(path ?? '');
  return keyed ? (metadata?.[keyed[1] as 'labels' | 'annotations']?.[keyed[2]!] ?? '') : undefined;
}

/** Kubernetes' `$(NAME)`: unknown names stay as they are, `$$` is a dollar sign. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([A-Za-z_.][A-Za-z0-9_.-]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (env[name] ?? whole),
  );
}
