/** Compares what the host has reported with what the services and /proc have reported. */
export function judge(chaos, reported, tally) {
  const { ledger, promised } = chaos;
  for (const launch of ledger.repeated) tally.lose('launches started twice', `launch ${launch}`);
  const byService = Map.groupBy?.(ledger.launches, ({ service }) => service) ?? groups(ledger.launches);
  for (const launches of byService.values()) judgeOverlaps(launches, ledger, tally);
  const exits = exitsOf(reported);
  for (const launch of ledger.launches) {
    const target = promised.find((one) => one.target.services.includes(launch.service));
    const possible = endsOf(launch, target, chaos, tally);
    if (possible.length === 0) {
      const span = `started ${launch.startedAt}, last alive ${launch.aliveAt}, gone ${launch.goneAt}`;
      tally.lose(
        'disturbed services',
        `${nameOf(launch)} ended without a cause (${span}); reported ${exits.get(keyOf(launch))}.`,
      );
    } else judgeExit(launch, possible, exits.get(keyOf(launch)) ?? [], tally);
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

function endText({ code, signal }) {
  return signal ?? (code === null || code === undefined ? 'unknown' : `code ${code}`);
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

/** Every end that the launch may have had, according to what is known. */
function endsOf(launch, promised, chaos, tally) {
  const ends = launch.kills.map(({ signal }) => signal);
  if (launch.end !== null) {
    ends.push(endText(launch.end));
    if (!chaos.codesOf(launch).includes(launch.end.code)) {
      tally.lose(
        'wrong exit codes',
        `${nameOf(launch)} exited by itself with ${launch.end.code}, which is not its plan.`,
      );
    }
  }
  if (promised.mayHaveStopped(launch.startedAt, launch.goneAt ?? Infinity)) ends.push('SIGTERM', 'SIGKILL');
  return launch.end !== null && launch.kills.length === 0 ? withoutTerm(ends) : ends;
}

/**
 * A launch that has recorded its end may still get the SIGKILL of a stop, but not its SIGTERM, which is handled or
 * ignored.
 */
function withoutTerm(ends) {
  return ends.filter((end) => end !== 'SIGTERM');
}

function judgeExit(launch, possible, reported, tally) {
  const expected = [...new Set(possible)].join(' or ');
  if (reported.length === 0) tally.lose('wrong exit codes', `${nameOf(launch)}: ${expected} was never reported.`);
  else if (reported.length > 1)
    tally.lose('wrong exit codes', `${nameOf(launch)}: reported ${reported.length} times: ${reported.join(', ')}.`);
  else if (!possible.includes(reported[0]))
    tally.lose('wrong exit codes', `${nameOf(launch)}: reported ${reported[0]}, was ${expected}.`);
}
