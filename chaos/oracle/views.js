/** A host may need this long to notice that a shim is gone. */
const NOTICED_MS = 2_000;
/** After that long an end has been told. */
const TOLD_MS = 10_000;

/** Compares `guarantees` and `last_exit` of every service with what was done and with the ledger. */
export async function checkViews(host, chaos) {
  const askedAt = Date.now();
  const services = await host.services();
  if (services === null) return;
  chaos.ledger.sample();
  for (const view of services) {
    checkGuarantees(view, chaos, askedAt);
    checkLastExit(view, chaos, askedAt);
  }
}

function checkGuarantees({ id, pid, generation, guarantees }, { ledger, tally, shim }, askedAt) {
  const launch = ledger.launches.find((one) => one.service === id && one.generation === generation);
  if (pid === null || launch === undefined || launch.goneAt !== null || launch.isBlurred) return;
  const { shimKilledAt } = launch;
  if (shimKilledAt !== null && askedAt - shimKilledAt < NOTICED_MS) return;
  const hasShim = shimKilledAt === null;
  const { exact_exit: isExact, tree_complete: isComplete } = guarantees;
  tally.hit(hasShim ? 'guarantees checked, with a shim' : 'guarantees checked, without a shim');
  // A Node shim knows the exit too, but not what has left the session.
  if (isExact === hasShim && isComplete === (hasShim && shim === 'native')) return;
  const done = shimKilledAt === null ? 'nothing was done to its shim' : 'its shim was killed';
  tally.lose('wrong guarantees', `${id} generation ${generation} says ${JSON.stringify(guarantees)}, but ${done}.`);
}

function checkLastExit({ id, last_exit: told }, chaos, askedAt) {
  const { ledger, tally, lostAt } = chaos;
  const ended = ledger.launches.filter(({ service, goneAt }) => service === id && goneAt !== null);
  // A stop of a shared service deletes it, and what was known of it.
  const owed =
    chaos.targetOf(id).target.bound !== null
      ? []
      : ended.filter(({ goneAt }) => goneAt > lostAt && askedAt - goneAt > TOLD_MS);
  const newest = Math.max(0, ...owed.map(({ generation }) => generation));
  if ((told?.generation ?? 0) < newest)
    tally.lose('wrong last exits', `${id}: generation ${newest} has ended, last_exit is ${JSON.stringify(told)}.`);
  if (told === null) return;
  tally.hit('last exits checked');
  const launch = ledger.launches.find((one) => one.service === id && one.generation === told.generation);
  const text = endText(told);
  if (launch === undefined) return; // it ended before it could record its start
  if (launch.goneAt === null)
    tally.lose('wrong last exits', `${id}: last_exit says that generation ${told.generation} ended, but it is alive.`);
  else if (!chaos.endsOf(launch).includes(text))
    tally.lose(
      'wrong last exits',
      `${id}: last_exit is ${JSON.stringify(told)}, was ${chaos.endsOf(launch).join(' or ')}.`,
    );
}

/** The end of a launch in one word. */
export function endText({ code, signal }) {
  return signal ?? (code === null || code === undefined ? 'unknown' : `code ${code}`);
}
