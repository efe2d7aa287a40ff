import { runLab } from './cli/program.js';

process.exitCode = await runLab(process.argv.slice(2));
