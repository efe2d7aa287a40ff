#!/usr/bin/env node
/**
 * `powershell -Command -` of a machine that is a model: reads lines, runs them, prints. `MODEL_POWERSHELL` makes it
 * misbehave: `silent` prints nothing but what the session's delimiters ask for, `hang` answers nothing, `die` ends.
 */
import { createInterface } from 'node:readline';
import { addAdapter, createModelMachine } from './machine.js';
import { ModelPowerShell } from './model-powershell.js';

const machine = createModelMachine();
addAdapter(machine, 'Ethernet');
addAdapter(machine, 'Überseekabel “1”');
const model = new ModelPowerShell(machine);
const fault = process.env['MODEL_POWERSHELL'];

for await (const line of createInterface({ input: process.stdin })) {
  const echo = /^\[Console\]::(Out|Error)\.WriteLine\("(\w+)"\)$/.exec(line);
  if (echo) process[echo[1] === 'Out' ? 'stdout' : 'stderr'].write(`${echo[2]}\n`);
  else if (line !== '') answer(line);
}

function answer(line: string): void {
  const isCall = line.startsWith('Invoke-AntreaCommands');
  if (isCall && fault === 'die') process.exit(3);
  if (isCall && fault === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (isCall && fault) return;
  const printed = model.runLine(line);
  if (printed !== '') process.stdout.write(`${printed}\n`);
}
