#!/usr/bin/env node
/**
 * `powershell -Command -` of a machine that is a model: reads lines, runs them, prints.
 *
 *   MODEL_MACHINE     the machine, which outlives the process: a file, or `port:NUMBER` of loopback where it is served
 *   MODEL_POWERSHELL  how to misbehave: `silent` prints nothing but what delimits answers, `hang` answers nothing, `die` ends
 */
import { createInterface } from 'node:readline';
import { MachineFile } from './machine-file.js';
import { ModelPowerShell } from './model-powershell.js';
import { connectMachine } from './remote-machine.js';

const { MODEL_MACHINE: machine, MODEL_POWERSHELL: fault } = process.env;
if (!machine) throw new Error('MODEL_MACHINE does not name a machine');
const [, port] = /^port:(\d+)$/.exec(machine) ?? [];
const runLine = port === undefined ? onFile(machine) : await connectMachine(Number(port));
let lines = 0;

for await (const line of createInterface({ input: process.stdin })) {
  const echo = /^\[Console\]::(Out|Error)\.WriteLine\("(\w+)"\)$/.exec(line);
  if (echo) process[echo[1] === 'Out' ? 'stdout' : 'stderr'].write(`${echo[2]}\n`);
  else if (line !== '') await answer(line);
}

/** The first line is the prelude: what misbehaves does so afterwards. */
async function answer(line: string): Promise<void> {
  const misbehaves = (lines++ > 0 && fault) || undefined;
  if (misbehaves === 'die') process.exit(3);
  if (misbehaves === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (misbehaves === 'silent') return;
  const printed = await runLine(line);
  if (printed !== '') process.stdout.write(`${printed}\n`);
}

function onFile(path: string): (line: string) => Promise<string> {
  const file = new MachineFile(path);
  let defined = false;
  return async (line) =>
    file.update((state) => {
      const model = new ModelPowerShell(state, { defined });
      const printed = model.runLine(line);
      defined = model.defined;
      return printed;
    });
}
