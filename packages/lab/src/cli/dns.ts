import { Option, type Command } from 'commander';
import { askDaemon } from '../control/control-client.js';
import { LabError } from '../errors.js';
import { dnsTypes, type DnsRecordSet, type DnsType } from '../external/dns-records.js';
import { requireLab } from './find-lab.js';
import type { CommandContext } from './program.js';
import { renderTable } from './table.js';

/** `lab dns set|del|list`: the records of the outside's DNS server. */
export function addDnsCommands(program: Command, { paths }: CommandContext): void {
  const dns = program.command('dns').description('edit the records of the outside’s DNS server');
  const ask = (request: Parameters<typeof askDaemon>[1]): Promise<unknown> =>
    askDaemon(requireLab(paths()).controlSocket, request);
  dns
    .command('set')
    .description('replace the records of a name and type')
    .argument('<name>')
    .argument('<type>', dnsTypes.join('|'))
    .argument('<values...>')
    .addOption(new Option('--ttl <seconds>', 'time to live').default(60).argParser(Number))
    .action(async (name: string, type: string, values: string[], { ttl }: { ttl: number }) => {
      await ask({ verb: 'dns-set', name, type: checkType(type), values, ttl });
    });
  dns
    .command('del')
    .description('remove all records of a name')
    .argument('<name>')
    .action(async (name: string) => void (await ask({ verb: 'dns-del', name })));
  dns
    .command('list')
    .description('all records')
    .action(async () => {
      const records = (await ask({ verb: 'dns-list' })) as readonly DnsRecordSet[];
      const rows = records.flatMap(({ name, type, values, ttl }) =>
        values.map((value) => [name, String(ttl), type, value]),
      );
      process.stdout.write(`${renderTable(['NAME', 'TTL', 'TYPE', 'VALUE'], rows)}\n`);
    });
}

function checkType(text: string): DnsType {
  const type = dnsTypes.find((candidate) => candidate === text.toUpperCase());
  if (type) return type;
  throw new LabError('usage', `${text}: the type must be one of ${dnsTypes.join(', ')}`);
}
