import { formatCidr, formatIp, type IpFamily } from '@antrea-ts/net-types';
import type { NetworkSet } from '../ipset/pod-ip-set.js';
import type { TrafficRules } from '@antrea-ts/host';
import { splitWords } from './rule-text.js';
import type { RuleSpec, TableRules } from './table-rules.js';

/** Sets of the Pod CIDRs of all Nodes, named as Antrea 1.3 names them. */
export const podIpSet: Readonly<Record<IpFamily, string>> = { ipv4: 'ANTREA-POD-IP', ipv6: 'ANTREA-POD-IP6' };

/** Sets of addresses with ports: this Node's node ports, and what is masqueraded on its way into the bridge. */
export const serviceSets = {
  ipv4: {
    nodePort: { name: 'ANTREA-NODEPORT-IP', family: 'ipv4', type: 'hash:ip,port' },
    masqueraded: { name: 'ANTREA-SERVICE-IP', family: 'ipv4', type: 'hash:ip,port' },
  },
  ipv6: {
    nodePort: { name: 'ANTREA-NODEPORT-IP6', family: 'ipv6', type: 'hash:ip,port' },
    masqueraded: { name: 'ANTREA-SERVICE-IP6', family: 'ipv6', type: 'hash:ip,port' },
  },
} as const satisfies Readonly<Record<IpFamily, Record<string, NetworkSet>>>;

const comment = (text: string) => `-m comment --comment "Antrea: ${text}"`;
const hex = (value: number) => `0x${value.toString(16)}`;

/**
 * The chains and rules of Antrea 1.3 for one family, spelled as `iptables -S` prints them back, so that what is there
 * can be compared with what shall be. Every chain is always there, if only empty: a mode that needs fewer rules cleans
 * up after one that needed more.
 */
export function renderAntreaRules(desired: TrafficRules, family: IpFamily): readonly TableRules[] {
  return [
    {
      table: 'raw',
      jumps: [
        { from: 'PREROUTING', to: 'ANTREA-PREROUTING', comment: 'Antrea: jump to Antrea prerouting rules' },
        { from: 'OUTPUT', to: 'ANTREA-OUTPUT', comment: 'Antrea: jump to Antrea output rules' },
      ],
      chains: rawChains(desired),
    },
    {
      table: 'mangle',
      jumps: [
        { from: 'PREROUTING', to: 'ANTREA-MANGLE', comment: 'Antrea: jump to Antrea mangle rules' },
        { from: 'OUTPUT', to: 'ANTREA-OUTPUT', comment: 'Antrea: jump to Antrea output rules' },
      ],
      chains: mangleChains(desired),
    },
    {
      table: 'filter',
      jumps: [{ from: 'FORWARD', to: 'ANTREA-FORWARD', comment: 'Antrea: jump to Antrea forwarding rules' }],
      chains: filterChains(desired),
    },
    {
      table: 'nat',
      jumps: [
        { from: 'PREROUTING', to: 'ANTREA-PREROUTING', comment: 'Antrea: jump to Antrea prerouting rules' },
        { from: 'OUTPUT', to: 'ANTREA-OUTPUT', comment: 'Antrea: jump to Antrea output rules' },
        { from: 'POSTROUTING', to: 'ANTREA-POSTROUTING', comment: 'Antrea: jump to Antrea postrouting rules' },
      ],
      chains: [
        { chain: 'ANTREA-PREROUTING', rules: nodePortRules(desired, family, 'external to NodePort') },
        { chain: 'ANTREA-OUTPUT', rules: nodePortRules(desired, family, 'local to NodePort') },
        { chain: 'ANTREA-POSTROUTING', rules: postroutingRules(desired, family) },
      ],
    },
  ];
}

/** Outer packets of the overlay are many and each stands for itself: tracking them would only cost. */
function rawChains({ untrackedUdpPort: port }: TrafficRules): TableRules['chains'] {
  const untracked = (what: string, local: string): RuleSpec =>
    splitWords(
      `-p udp ${comment(`do not track ${what} encapsulation packets`)} ` +
        `-m udp --dport ${port} -m addrtype ${local} LOCAL -j NOTRACK`,
    );
  return [
    { chain: 'ANTREA-PREROUTING', rules: port === undefined ? [] : [untracked('incoming', '--dst-type')] },
    { chain: 'ANTREA-OUTPUT', rules: port === undefined ? [] : [untracked('outgoing', '--src-type')] },
  ];
}

/** Mark 0x1: packets of the Node itself to its Pods, which the pipeline lets past ingress rules (kubelet's probes). */
function mangleChains({ gatewayName: gateway, restoreEksMark }: TrafficRules): TableRules['chains'] {
  const restoreMark = splitWords(
    `-i ${gateway} ${comment('AWS, primary ENI')} -j CONNMARK --restore-mark --nfmask 0x80 --ctmask 0x80`,
  );
  const markLocal = splitWords(
    `-o ${gateway} ${comment('mark LOCAL output packets')} -m addrtype --src-type LOCAL -j MARK --set-xmark 0x1/0x1`,
  );
  return [
    { chain: 'ANTREA-MANGLE', rules: restoreEksMark ? [restoreMark] : [] },
    { chain: 'ANTREA-OUTPUT', rules: [markLocal] },
  ];
}

function filterChains({ gatewayName: gateway }: TrafficRules): TableRules['chains'] {
  return [
    {
      chain: 'ANTREA-FORWARD',
      rules: [
        splitWords(`-i ${gateway} ${comment('accept packets from local Pods')} -j ACCEPT`),
        splitWords(`-o ${gateway} ${comment('accept packets to local Pods')} -j ACCEPT`),
      ],
    },
  ];
}

/** Egress addresses come before the masquerade rule, which would take their packets too. */
function postroutingRules(desired: TrafficRules, family: IpFamily): readonly RuleSpec[] {
  const { gatewayName: gateway } = desired;
  const egress = desired.egress
    .filter(({ address }) => address.family === family)
    .toSorted((a, b) => a.mark - b.mark)
    .map(({ mark, address }) =>
      splitWords(
        `! -o ${gateway} ${comment('SNAT Pod to external packets')} ` +
          `-m mark --mark ${hex(mark)}/0xff -j SNAT --to-source ${formatIp(address)}`,
      ),
    );
  const masquerade = (desired.masquerade ? desired.localPodCidrs : [])
    .filter(({ address }) => address.family === family)
    .map((cidr) =>
      splitWords(
        `-s ${formatCidr(cidr)} ${comment('masquerade Pod to external packets')} ` +
          `-m set ! --match-set ${podIpSet[family]} dst -j MASQUERADE`,
      ),
    );
  const masqueradeLocal = splitWords(
    `-o ${gateway} ${comment('masquerade LOCAL traffic')} ` +
      '-m addrtype ! --src-type LOCAL --limit-iface-out -m addrtype --src-type LOCAL -j MASQUERADE --random-fully',
  );
  return [...egress, ...masquerade, ...serviceMasquerade(desired, family), masqueradeLocal];
}

/** Node ports are connections to one address behind the gateway, where the bridge balances them. */
function nodePortRules({ services }: TrafficRules, family: IpFamily, what: string): readonly RuleSpec[] {
  if (services === undefined) return [];
  return [
    splitWords(
      `${comment(`DNAT ${what} packets`)} -m set --match-set ${serviceSets[family].nodePort.name} dst,dst ` +
        `-j DNAT --to-destination ${services.nodePortAddresses[family]}`,
    ),
  ];
}

/** Answers have to come back this way, also from Endpoints of other Nodes. */
function serviceMasquerade({ gatewayName, services }: TrafficRules, family: IpFamily): readonly RuleSpec[] {
  if (services === undefined) return [];
  const { name } = serviceSets[family].masqueraded;
  const what = comment('masquerade external to Service packets');
  const source = `${services.virtualAddresses[family]}/${family === 'ipv4' ? 32 : 128}`;
  return [
    splitWords(`-s ${source} ! -o ${gatewayName} ${comment('masquerade Service to external packets')} -j MASQUERADE`),
    splitWords(`-o ${gatewayName} ${what} -m set --match-set ${name} dst,dst -j MASQUERADE --random-fully`),
    ...services.clusterCidrs
      .filter(({ address }) => address.family === family)
      .map((cidr) => splitWords(`-d ${formatCidr(cidr)} -o ${gatewayName} ${what} -j MASQUERADE --random-fully`)),
  ];
}
