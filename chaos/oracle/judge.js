import { CondensedExits } from './condensed.js';
import { isForgotten, isPlanned } from './ends.js';
import { endText } from './views.js';

/** Compares what the host has reported with what the services and /proc have reported. */
export function judge(chaos, reported) {
  const { ledger, tally, seed } = chaos;
  for (const launch of ledger.repeated) tally.lose('launches started twice', `launch ${launch}`);
  for (const launches of groups(ledger.launches).values()) judgeOverlaps(launches, ledger, tally);
  const exits = exitsOf(reported);
  const condensed = new CondensedExits(reported.exits);
  for (const launch of ledger.launches) {
    const told = exits.get(keyOf(launch)) ?? [];
    if (!isPlanned(launch, seed))
      tally.lose('wrong exit codes', `${nameOf(launch)} exited by itself with ${launch.end.code}, not as planned.`);
    const possible = chaos.endsOf(launch);
    if (possible.length === 0) {
      const { startedAt, aliveAt, goneAt } = launch;
      const span = `started ${startedAt}, last alive ${aliveAt}, gone ${goneAt}`;
      tally.lose('disturbed services', `${nameOf(launch)} ended without a cause (${span}); told as ${told}.`);
    } else judgeExit(launch, possible, { told, condensed }, chaos);
  }
  tally.hit('adoptions', reported.adoptions.length);
}

function groups(launches) {
  const byService = new Map();
  for (const launch of launches) byService.set(launch.service, [...(byService.get(launch.service) ?? []), launch]);
  return byService;
}

function keyOf({ service, generation }) {
  return `${service} ${generation}`;
}

function nameOf({ service, generation, pid, launch }) {
  return `${service} generation ${generation} (pid ${pid}, launch ${launch})`;
}

function exitsOf({ exits }) {
  const byKey = new Map();
  for (const { service_id: service, detail } of exits) {
    const key = keyOf({ service, generation: detail.generation });
    byKey.set(key, [...(byKey.get(key) ?? []), endText(detail)]);
  }
  return byKey;
}

/**
 * A process of an earlier launch that was certainly alive when a later one began. Its log is the most precise clock.
 */
function judgeOverlaps(launches, ledger, tally) {
  const last = new Map();
  for (const launch of launches) {
    const mains = Math.max(launch.aliveAt, ledger.written(launch).at);
    last.set(launch, Math.max(mains, ...launch.children.map(({ aliveAt }) => aliveAt)));
  }
  const inOrder = [...launches].sort((one, other) => one.startedAt - other.startedAt);
  inOrder.forEach((later, index) => {
    for (const earlier of inOrder.slice(0, index)) {
      if (last.get(earlier) > later.startedAt) {
        const lived = last.get(earlier) - later.startedAt;
        tally.lose('duplicates', `${nameOf(earlier)} overlapped with ${nameOf(later)} for ${lived} ms (or more).`);
      }
      if (earlier.generation === later.generation) {
        tally.lose('launches started twice', `${nameOf(earlier)} and ${nameOf(later)}`);
      }
    }
  });
}

function judgeExit(launch, possible, { told, condensed }, chaos) {
  const { tally } = chaos;
  const expected = [...new Set(possible)].join(' or ');
  if (told.length === 0 && isForgotten(launch, chaos)) tally.hit('exits forgotten with a lost store');
  else if (told.length === 0 && condensed.take(launch, possible)) tally.hit('exits condensed in the journal');
  else if (told.length !== 1)
    tally.lose(
      'exits not told once',
      `${nameOf(launch)}, which ended at ${launch.goneAt} (${expected}), was told ${told.length} times: ${told.join(', ')}.`,
    );
  else if (!possible.includes(told[0]))
    tally.lose('wrong exit codes', `${nameOf(launch)}: told as ${told[0]}, was ${expected}.`);
  if (told.length === 1 && told[0] === 'unknown') tally.hit('exits told as unknown');
}
