import type { Flow } from '@antrea-ts/openflow';
import { ofFamily, priority, renderFlows, setDestinationMac, type FlowSpec } from '../flow-builder.js';
import type { NodeProfile } from '../profile.js';
import { packetSource, registerIs, registers } from '../registers.js';
import type { Layout, Table } from '../tables.js';

/** What a table does with packets that nothing else matches. */
export function missFlows(profile: NodeProfile, layout: Layout): Flow[] {
  return renderFlows(
    profile.cookieRound,
    'Default',
    layout.tables.flatMap((table) => missSpec(table, layout)),
  );
}

function missSpec(table: Table, layout: Layout): FlowSpec[] {
  const at = { table: table.name, priority: priority.miss };
  switch (table.miss.kind) {
    case 'drop':
      return [at];
    case 'next':
      return [{ ...at, goto: layout.next(table.name) }];
    case 'none':
    case 'custom':
      return [];
  }
}

/** The hop limit counts routed hops; what the host's own stack routed to us has been counted there. */
export function ttlFlows(profile: NodeProfile): Flow[] {
  return renderFlows(
    profile.cookieRound,
    'Default',
    profile.families.flatMap((family): FlowSpec[] => [
      {
        table: 'IPTTLDec',
        priority: priority.high,
        match: [ofFamily(family), registerIs(registers.packetSource, packetSource.gateway)],
        goto: 'L2Forwarding',
      },
      {
        table: 'IPTTLDec',
        priority: priority.normal,
        match: [ofFamily(family)],
        actions: [{ kind: 'dec_ttl' }],
        goto: 'L2Forwarding',
      },
    ]),
  );
}

/** IP packets whose port was found leave; unknown unicast and broadcast fall to the table's drop. */
export function outputFlows(profile: NodeProfile): Flow[] {
  return renderFlows(
    profile.cookieRound,
    'Default',
    (['ipv4', 'ipv6'] as const).map((family) => ({
      table: 'Output',
      priority: priority.normal,
      match: [ofFamily(family), registerIs(registers.outputPortFound, 1)],
      actions: [{ kind: 'output_field', src: registers.targetPort }],
    })),
  );
}

/** In networkPolicyOnly mode everything that no local Pod owns is the host's business. */
export function policyOnlyFlows(profile: NodeProfile): Flow[] {
  if (profile.mode !== 'networkPolicyOnly') return [];
  return renderFlows(
    profile.cookieRound,
    'Default',
    profile.families.map((family) => ({
      table: 'L3Forwarding',
      priority: priority.low,
      match: [ofFamily(family)],
      actions: [setDestinationMac(profile.gateway.mac)],
      goto: 'L2Forwarding',
    })),
  );
}
