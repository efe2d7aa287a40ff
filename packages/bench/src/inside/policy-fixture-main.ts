// A process of its own: its memory is that of the computation and its objects.
import { text } from 'node:stream/consumers';
import { measurePolicyFixture, type PolicyFixtureRequest } from './policy-fixture.js';

const answer = await measurePolicyFixture(JSON.parse(await text(process.stdin)) as PolicyFixtureRequest);
process.stdout.write(JSON.stringify(answer));
