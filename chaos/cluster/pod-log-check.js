import { logProblem } from '../log-check.js';

/** A host follows all output so long after its start. */
const FOLLOWED_MS = 8_000;
/** After a fault a follow is repeated after 5 s at the latest, and a connection that was silent goes on as late. */
const AFTERMATH_MS = 12_000;
/** A launch is followed after that. */
const LAUNCHED_MS = 5_000;

/**
 * Checks the log of a launch. What Kubernetes deletes takes its output along: of a service that is stopped while nobody can
 * read, what it wrote last may be missing (decision 026). All others have to be complete.
 */
export function checkPodLogs(launch, chaos) {
  const { tally, ledger, plant } = chaos;
  const counted = ledger.written(launch).lines;
  if (logProblem(plant.stateDir, launch, { counted, mayLackEnd: false }) === null) {
    tally.hit('logs complete to their last line');
    return;
  }
  const mayLackEnd = mayBeDeletedUnread(launch, chaos);
  const problem = logProblem(plant.stateDir, launch, { counted, mayLackEnd });
  if (problem === null) tally.hit('logs whose end was deleted unread');
  else tally.lose('log gaps', `${launch.service} generation ${launch.generation}: ${problem}`);
}

function mayBeDeletedUnread({ service, intendedAt, startedAt, goneAt }, chaos) {
  const { deadSpans, faultSpans } = chaos;
  if (chaos.targetOf(service).stopSentAt(intendedAt, goneAt) === null) return false;
  return (
    goneAt - startedAt < LAUNCHED_MS ||
    deadSpans.some(([from, to = Infinity]) => goneAt >= from && goneAt <= to + FOLLOWED_MS) ||
    faultSpans.some(({ from, to }) => goneAt >= from && goneAt <= to + AFTERMATH_MS)
  );
}
