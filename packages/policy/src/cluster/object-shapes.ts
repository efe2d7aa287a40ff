import { anything, fields, flag, integer, listOf, number, portOrName, text, type Shape } from './shape.js';

/** What selectors select is checked where they are read: one that is broken selects nothing. */
const selectors = { podSelector: anything, namespaceSelector: anything, externalEntitySelector: anything };
const ports = listOf(fields({ protocol: text, port: portOrName }));

const k8sPeer = fields({ ...selectors, ipBlock: fields({ cidr: text, except: listOf(text) }) });
/** A rule of a Kubernetes NetworkPolicy, of either direction. */
export const k8sRuleShape = fields({ from: listOf(k8sPeer), to: listOf(k8sPeer), ports });
/** Around the rules, which are refused one by one. */
export const k8sSpecShape = fields({ policyTypes: listOf(text), ingress: listOf(anything), egress: listOf(anything) });

const appliedTo = listOf(fields({ ...selectors, group: text }));
const antreaPeers = listOf(
  fields({
    ...selectors,
    namespaces: fields({ match: text }),
    ipBlock: fields({ cidr: text }),
    group: text,
    fqdn: text,
  }),
);
/** A rule of an Antrea policy, of either direction. */
export const antreaRuleShape = fields({
  name: text,
  action: text,
  ports,
  from: antreaPeers,
  to: antreaPeers,
  enableLogging: flag,
  appliedTo,
});
/** Around the rules, which are refused one by one. */
export const antreaSpecShape = fields({
  tier: text,
  priority: number(1, 10_000),
  appliedTo,
  ingress: listOf(anything),
  egress: listOf(anything),
});

/** Kinds that are refused whole: nothing is known of one that is not as it must be. */
export const objectShapes = {
  clusterGroup: fields({
    spec: fields({
      ...selectors,
      childGroups: listOf(text),
      ipBlocks: listOf(fields({ cidr: text })),
      serviceReference: fields({ namespace: text, name: text }),
    }),
  }),
  tier: fields({ spec: fields({ priority: integer(0, 255) }) }),
  externalEntity: fields({
    spec: fields({
      externalNode: text,
      endpoints: listOf(fields({ ip: text })),
      ports: listOf(fields({ name: text, port: integer(0, 65535), protocol: text })),
    }),
  }),
} as const satisfies Readonly<Record<string, Shape>>;
