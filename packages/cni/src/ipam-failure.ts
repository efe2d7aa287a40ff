import { formatCidr, type Cidr } from '@antrea-ts/net-types';
import type { CommandError } from '@antrea-ts/runtime';
import { z } from 'zod';
import type { CniCall } from './call.js';
import { CniError, cniErrorCodes } from './errors.js';

const errorSchema = z.object({ code: z.number(), msg: z.string(), details: z.string().optional() });

/** What the plugin worked with: the Node's Pod CIDRs, and the directory of its records. */
export interface IpamContext {
  readonly ranges: readonly Cidr[];
  readonly records: string;
}

/** Known troubles of host-local, by its words, with what helps. */
const remedies: readonly (readonly [RegExp, (context: IpamContext) => string])[] = [
  [
    /no IP addresses available/,
    ({ ranges }) =>
      `the Pod CIDR ${ranges.map(formatCidr).join(', ')} of this Node (spec.podCIDRs) is used up: delete Pods of this ` +
      'Node, or give Nodes larger ones (--node-cidr-mask-size of kube-controller-manager) and make this Node anew',
  ],
  [
    /no space left on device|disk quota exceeded/,
    ({ records }) => `the disk that has ${records} is full: make room on it; the Pod is tried again by itself`,
  ],
  [
    /read-only file system|permission denied|not a directory|operation not permitted/,
    ({ records }) => `the agent has to be able to write in ${records}: look at its mount and owner`,
  ],
];

/** A failure of the delegated plugin, with the Pod that wanted the address and what helps. */
export function ipamFailure(command: string, call: CniCall, context: IpamContext, cause: CommandError): CniError {
  const why = reasonOf(cause);
  const remedy = remedies.find(([words]) => words.test(why))?.[1](context);
  const message = `IPAM host-local ${command} for ${holderOf(call)}: ${why}`;
  return new CniError(cniErrorCodes.ipamFailure, remedy ? `${message}; ${remedy}` : message, { cause });
}

/** The Pod, where the runtime named it; the container alone, where an agent cleans up after one. */
function holderOf({ containerId, args }: CniCall): string {
  const [namespace, name] = [args.get('K8S_POD_NAMESPACE'), args.get('K8S_POD_NAME')];
  return name === undefined ? `container ${containerId}` : `Pod ${namespace ?? ''}/${name} (container ${containerId})`;
}

/** The plugin prints an error object; when it did not come so far, what it left has to do. */
function reasonOf(error: CommandError): string {
  try {
    const { msg, details } = errorSchema.parse(JSON.parse(error.stdout));
    return details ? `${msg}: ${details}` : msg;
  } catch {
    return error.message;
  }
}
