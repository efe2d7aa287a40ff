import { agentFeatureGates } from '@antrea-ts/apis';
import {
  bool,
  configKey,
  configTable,
  defaultGates,
  featureGates,
  logConfigKeys,
  port,
  text,
  type ConfigOf,
} from '@antrea-ts/runtime';

/** Everything that `antrea-controller` can be told: keys and defaults of 1.3's `antrea-controller.conf`. */
export const controllerConfigTable = configTable({
  program: 'antrea-controller',
  description: 'Computes network policy for the agents of a cluster, checks what users write, and serves both.',
  keys: {
    featureGates: configKey({
      type: featureGates(agentFeatureGates),
      default: defaultGates(agentFeatureGates),
      description: 'Features to switch on or off, by name.',
      flag: 'feature-gates',
    }),
    'clientConnection.kubeconfig': configKey({
      type: text,
      default: '',
      description:
        'Path of a kubeconfig file for the Kubernetes API. Empty: the account that Kubernetes gives to the Pod.',
    }),
    apiPort: configKey({ type: port, default: 10349, description: 'Port of the API that agents and antctl use.' }),
    enablePrometheusMetrics: configKey({ type: bool, default: true, description: 'Offer metrics at /metrics.' }),
    selfSignedCert: configKey({
      type: bool,
      default: true,
      description:
        'Make the certificate of the API here. false: take it from /var/run/antrea/antrea-controller-tls, where the Secret antrea-controller-tls is mounted.',
    }),
    legacyCRDMirroring: configKey({
      type: bool,
      default: true,
      description: 'Mirror objects of the groups *.antrea.tanzu.vmware.com into crd.antrea.io.',
    }),
    namespace: configKey({
      type: text,
      default: 'kube-system',
      description: 'Namespace of Antrea.',
      file: false,
      env: 'POD_NAMESPACE',
    }),
    podName: configKey({
      type: text,
      default: '',
      description: 'Name of the Pod of the controller.',
      file: false,
      env: 'POD_NAME',
    }),
    nodeName: configKey({
      type: text,
      default: '',
      description: 'Name of the Node of the controller.',
      file: false,
      env: 'NODE_NAME',
    }),
    serviceAccountName: configKey({
      type: text,
      default: 'antrea-controller',
      description: 'Account of the controller, which alone may change priorities of tiers.',
      file: false,
      env: 'SERVICEACCOUNT_NAME',
    }),
    ...logConfigKeys,
  },
});

export type ControllerConfig = ConfigOf<typeof controllerConfigTable.keys>;
