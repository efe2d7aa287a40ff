import type { Node } from 'web-tree-sitter';
import { describe, expect, it } from 'vitest';
import { usedCmdlets } from './cmdlet-list.js';
import { commandsIn, functionOf, functionsIn, parametersOf, type UsedCommand } from './commands.js';
import { readScripts } from './scripts.js';
import { ancestorsOf, childOf, PowerShellParser } from './syntax.js';
import { windowsCmdlets } from './windows-cmdlets.js';

const parser = await PowerShellParser.load();
const files = readScripts().map((script) => ({ ...script, root: parser.parse(script.source) }));
const modules = files.filter(({ name }) => name.endsWith('.psm1'));
const scripts = files.filter(({ name }) => /^[\w-]+\.ps1$/.test(name));
const lineOf = ({ name, node }: UsedCommand): string => `line ${node.startPosition.row + 1}: ${name}`;

describe('commands', () => {
  it.each(files)('of $name: all are there, with the parameters that they are given', ({ root }) => {
    const known = new Map<string, ReadonlySet<string>>(windowsCmdlets);
    for (const { name, parameters } of [...modules.flatMap((each) => functionsIn(each.root)), ...functionsIn(root)]) {
      known.set(name, new Set([...parameters, 'ErrorAction']));
    }
    const wrong = commandsIn(root).flatMap((command) => {
      const takes = known.get(command.name);
      if (!takes) return [lineOf(command)];
      return command.parameters.filter((each) => !takes.has(each)).map((each) => `${lineOf(command)} -${each}`);
    });
    expect(wrong).toEqual([]);
  });

  it('of the driver, too', () => {
    const wrong = [...usedCmdlets([])].flatMap(([name, parameters]) =>
      parameters.filter((each) => !windowsCmdlets.get(name)?.has(each)).map((each) => `${name} -${each}`),
    );
    expect(wrong).toEqual([]);
  });
});

/** What changes nothing that outlives the script. */
const harmless =
  /^(?:Get|Test|Assert|Write|Join|Split|Select|Where|ForEach|Wait|ConvertFrom|Out|Import-Module|Export-ModuleMember|New-Object|Set-StrictMode|Start-Sleep|Push|Pop)\b/;
/** Functions of the modules that ask the caller's -WhatIf themselves. */
const asking = new Set(
  modules
    .flatMap(({ root }) => functionsIn(root))
    .flatMap(({ name, parameters }) => (parameters.includes('Caller') ? [name] : [])),
);

describe('-WhatIf', () => {
  it.each(files.filter(({ name }) => !name.startsWith('test/')))(
    '$name changes nothing outside of a step',
    ({ root }) => {
      const commands = commandsIn(root);
      const isStep = (node: Node): boolean =>
        node.type === 'command' && childOf(node, 'command_name')?.text === 'Invoke-AntreaStep';
      /** In a step, or in a function that is only called from one. */
      const guarded = ({ node }: UsedCommand): boolean => {
        if ([...ancestorsOf(node)].some(isStep)) return true;
        const around = functionOf(node);
        const name = around && childOf(around, 'function_name')?.text;
        const calls = commands.filter((each) => each.name === name);
        return calls.length > 0 && calls.every(guarded);
      };
      const own = new Set(functionsIn(root).map(({ name }) => name));
      const bare = commands.filter((command) => {
        const { name, node } = command;
        if (harmless.test(name) || asking.has(name) || own.has(name)) return false;
        // Passes -WhatIf on; asks only.
        if (name === 'Invoke-AntreaScript') return !/WhatIf\s*= \[bool\] \$WhatIfPreference/.test(node.text);
        if (name === 'Invoke-AntreaProgram' && node.text.includes("'list-br'")) return false;
        // Functions of the modules that do what their caller's step says.
        if (
          /^(?:Save-AntreaFile|Invoke-AntreaProgram|Protect-AntreaPath)$/.test(
            childOf(functionOf(node) ?? node, 'function_name')?.text ?? '',
          )
        )
          return false;
        return !guarded(command);
      });
      expect(bare.map(lineOf)).toEqual([]);
    },
  );
});

describe('help', () => {
  it.each(scripts)('of $name tells all parameters, examples and exit codes', ({ source, root }) => {
    const help = /<#([\s\S]*?)#>/.exec(source)?.[1] ?? '';
    const told = [...help.matchAll(/^\.PARAMETER (\w+)$/gm)].map(([, name]) => name);
    expect(told).toEqual(parametersOf(root));
    for (const section of [/^\.SYNOPSIS\n\S/m, /^\.DESCRIPTION\n\S/m, /^\.EXAMPLE\n\S/m, /Exit codes: 0 /]) {
      expect(help).toMatch(section);
    }
    expect(source).toMatch(/\[CmdletBinding\(SupportsShouldProcess/);
    expect(help.split('\n').filter((line) => line.length > 140)).toEqual([]);
  });

  it.each(modules)('of $name: each function has a synopsis', ({ source, root }) => {
    expect(source.match(/^ {4}\.SYNOPSIS$/gm)).toHaveLength(functionsIn(root).length);
  });
});
