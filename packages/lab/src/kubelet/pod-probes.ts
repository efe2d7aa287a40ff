import type { Container as ContainerObject, Pod, Probe } from 'kubernetes-types/core/v1.js';
import type { Namespace } from '../process/namespace.js';
import type { Cluster } from './cluster.js';
import type { Container } from './container.js';
import { runProbe } from './probe.js';
import type { Sandbox } from './sandbox.js';

interface ProbeModules {
  readonly cluster: Cluster;
  readonly node: Namespace;
  readonly place: Sandbox;
  readonly podIp: string;
  readonly publish: () => void;
  readonly signal: AbortSignal;
}

/** Runs the probes of a Pod's containers. A container without a readiness probe is ready while it runs. */
export async function startProbes(pod: Pod, containers: readonly Container[], modules: ProbeModules): Promise<void> {
  const running = containers.flatMap((container) => {
    const object = pod.spec?.containers.find(({ name }) => name === container.name);
    if (!object) return [];
    const { readinessProbe, livenessProbe } = object;
    const probes: Promise<void>[] = [];
    if (readinessProbe) probes.push(probeReadiness(pod, container, object, readinessProbe, modules));
    if (livenessProbe) probes.push(probeLiveness(pod, container, object, livenessProbe, modules));
    return probes;
  });
  await Promise.all(running);
}

function probeReadiness(
  pod: Pod,
  container: Container,
  object: ContainerObject,
  probe: Probe,
  modules: ProbeModules,
): Promise<void> {
  return runProbe(probe, targetOf(object, modules), {
    signal: modules.signal,
    onVerdict: (passed, why) => {
      if (!passed) complain(pod, `Readiness probe failed: ${why}`, modules);
      const ready = passed && container.runtime.state.running !== undefined;
      if (ready === container.runtime.ready) return;
      container.runtime.ready = ready;
      modules.publish();
    },
  });
}

function probeLiveness(
  pod: Pod,
  container: Container,
  object: ContainerObject,
  probe: Probe,
  modules: ProbeModules,
): Promise<void> {
  return runProbe(probe, targetOf(object, modules), {
    signal: modules.signal,
    onVerdict: (passed, why) => {
      if (passed) return;
      complain(pod, `Liveness probe failed: ${why}`, modules);
      container.restart();
    },
  });
}

function targetOf(container: ContainerObject, { node, place, podIp }: ProbeModules): Parameters<typeof runProbe>[1] {
  return { node, podPid: place.pid, podIp, container, env: place.env };
}

function complain(pod: Pod, message: string, { cluster }: ProbeModules): void {
  cluster.recordEvent({ about: pod, type: 'Warning', reason: 'Unhealthy', message });
}
