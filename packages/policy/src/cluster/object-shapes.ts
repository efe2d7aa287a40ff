import { anything, fields, flag, integer, listOf, number, portOrName, text, type Shape } from './shape.js';

/** What selectors select is checked where they are read: one that is broken selects nothing. */
const selectors = { podSelector: anything, namespaceSelector: anything, externalEntitySelector: anything };
/** An entry of a rule's ports. */
export const portShape = fields({ protocol: text });
const ports = listOf(fields({ protocol: text, port: portOrName }));

/** A peer in a Kubernetes NetworkPolicy. */
export const k8sPeerShape = fields({ ...selectors, ipBlock: fields({ cidr: text, except: listOf(text) }) });
/** Around the rules, which are read one by one. */
export const k8sSpecShape = fields({ policyTypes: listOf(text), ingress: listOf(anything), egress: listOf(anything) });

/** An entry of `appliedTo`. */
export const targetShape = fields({ ...selectors, group: text });
const appliedTo = listOf(targetShape);
/** A peer in an Antrea policy. */
export const antreaPeerShape = fields({
  ...selectors,
  namespaces: fields({ match: text }),
  ipBlock: fields({ cidr: text }),
  group: text,
  fqdn: text,
});
const antreaPeers = listOf(antreaPeerShape);
/** A rule of an Antrea policy, of either direction, where it may be refused as a whole. */
export const antreaRuleShape = fields({
  name: text,
  action: text,
  ports,
  from: antreaPeers,
  to: antreaPeers,
  enableLogging: flag,
  appliedTo,
});
export const antreaPriorityShape = number(1, 10_000);
/** Around the rules. */
export const antreaSpecShape = fields({
  tier: text,
  priority: antreaPriorityShape,
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
