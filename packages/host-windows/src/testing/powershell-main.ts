#!/usr/bin/env node
/**
 * `powershell -Command -` of a machine that is a model: reads lines, runs them, prints.
 *
 *   MODEL_MACHINE     file with the machine; it outlives the process
 *   MODEL_POWERSHELL  how to misbehave: `silent` prints nothing but what delimits answers, `hang` answers nothing, `die` ends
 */
import { createInterface } from 'node:readline';
import { MachineFile } from './machine-file.js';
import { ModelPowerShell } from './model-powershell.js';

const { MODEL_MACHINE: file, MODEL_POWERSHELL: fault } = process.env;
if (!file) throw new Error('MODEL_MACHINE does not name a file');
const machine = new MachineFile(file);
let defined = false;

for await (const line of createInterface({ input: process.stdin })) {
  const echo = /^\[Console\]::(Out|Error)\.WriteLine\("(\w+)"\)$/.exec(line);
  if (echo) process[echo[1] === 'Out' ? 'stdout' : 'stderr'].write(`${echo[2]}\n`);
  else if (line !== '') answer(line);
}

function answer(line: string): void {
  if (defined && fault === 'die') process.exit(3);
  if (defined && fault === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (defined && fault === 'silent') return;
  const printed = machine.update((state) => {
    const model = new ModelPowerShell(state, { defined });
    const text = model.runLine(line);
    defined = model.defined;
    return text;
  });
  if (printed !== '') process.stdout.write(`${printed}\n`);
}
