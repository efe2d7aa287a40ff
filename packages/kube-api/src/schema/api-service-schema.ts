import { refTo, type Schema } from './schema.js';

const prefix = 'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1';
const text = (description: string): Schema => ({ type: 'string', description });
const number = (description: string): Schema => ({ type: 'integer', format: 'int32', description });

/** `apiregistration.k8s.io/v1`, which `kubernetes-types` leaves out. */
export const apiServiceDefinitions: Readonly<Record<string, Schema>> = {
  [`${prefix}.APIService`]: {
    description: 'A group and version of the API that a server in the cluster serves.',
    type: 'object',
    properties: {
      apiVersion: text('Version of the schema of this object.'),
      kind: text('Kind of this object.'),
      metadata: { $ref: refTo('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'), description: 'Standard metadata.' },
      spec: { $ref: refTo(`${prefix}.APIServiceSpec`), description: 'Where the server is, and what it serves.' },
      status: { $ref: refTo(`${prefix}.APIServiceStatus`), description: 'Whether the server can be reached.' },
    },
  },
  [`${prefix}.APIServiceSpec`]: {
    description: 'Where the server is, and what it serves.',
    type: 'object',
    required: ['groupPriorityMinimum', 'versionPriority'],
    properties: {
      caBundle: {
        type: 'string',
        format: 'byte',
        description: "PEM certificates that the server's is checked against.",
      },
      group: text('Name of the API group.'),
      groupPriorityMinimum: number('Priority of the group; higher ones come first.'),
      insecureSkipTLSVerify: { type: 'boolean', description: "Do not check the server's certificate." },
      service: {
        $ref: refTo(`${prefix}.ServiceReference`),
        description: 'The Service of the server; none: this server.',
      },
      version: text('Name of the API version.'),
      versionPriority: number('Priority of the version within its group; higher ones come first.'),
    },
  },
  [`${prefix}.ServiceReference`]: {
    description: 'A Service, by name.',
    type: 'object',
    properties: {
      name: text('Name of the Service.'),
      namespace: text('Namespace of the Service.'),
      port: number('Port of the Service; 443 when not given.'),
    },
  },
  [`${prefix}.APIServiceStatus`]: {
    description: 'Whether the server can be reached.',
    type: 'object',
    properties: {
      conditions: {
        type: 'array',
        description: 'Conditions of the API service.',
        items: { $ref: refTo(`${prefix}.APIServiceCondition`) },
      },
    },
  },
  [`${prefix}.APIServiceCondition`]: {
    description: 'One aspect of an API service.',
    type: 'object',
    required: ['type', 'status'],
    properties: {
      lastTransitionTime: { type: 'string', format: 'date-time', description: 'When the status last changed.' },
      message: text('What happened, for people.'),
      reason: text('What happened, in one word.'),
      status: text('True, False or Unknown.'),
      type: text('Which aspect: Available.'),
    },
  },
};
