// A process of its own: a thousand watchers take time that is not the controller's.
import { runWatchers, type WatchersRequest } from './watchers.js';

await runWatchers(JSON.parse(process.argv[2]!) as WatchersRequest, (line) => {
  process.stdout.write(`${JSON.stringify(line)}\n`);
});
process.exit(0);
