import { openStore } from '../../../lib/store/store.ts';
import { actorCommit, actorRow, agentIntention, journalEntry, intentionCommit } from './store-contract.ts';

// Writes to the store given as its argument as fast as it can, several writes at once, and prints the number of each
// event once it is acknowledged.

const ignore = (): void => undefined;
const [, , file = ''] = process.argv;
const store = await openStore({
  file,
  log: { debug: ignore, info: ignore, warn: ignore, error: console.error },
  clock: { now: () => Date.now(), random: () => 0.5 },
});
let seq = await store.actors.lastSeq();

async function write(writer: number): Promise<never> {
  for (;;) {
    seq += 1;
    const mine = seq;
    const journal = [journalEntry(mine, { at: Date.now() })];
    const snapshot = JSON.stringify({ seq: mine });
    if (mine % 5 === 0)
      await store.actors.commitIntentions(intentionCommit({ put: [agentIntention(`pump${writer}`)], journal }));
    else await store.actors.commitActors(actorCommit({ upserts: [actorRow(`n${mine}`, { snapshot })], journal }));
    process.stdout.write(`${mine}\n`);
  }
}

await Promise.all([1, 2, 3].map(write));
