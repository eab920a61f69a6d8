/** What is not as intended now, one sentence for each service; [] if everything is. */
export async function problemsOf(host, chaos) {
  const { promised, ledger } = chaos;
  const services = await host.services();
  if (services === null) return ['The host has ended.'];
  const views = new Map(services.map((view) => [view.id, view]));
  ledger.sample();
  return promised.flatMap(({ target, certain }) =>
    target.services.flatMap((id) => problemOf(id, views.get(id), certain, chaos) ?? []),
  );
}

function problemOf(id, view, certain, chaos) {
  const mains = chaos.ledger.liveMains(id);
  const intention = certain ?? view?.intended_state ?? 'stopped';
  const pids = mains.map(({ pid }) => pid).join(' ');
  if (intention === 'stopped') {
    const isDown = mains.length === 0 && (view === undefined || view.state === 'stopped');
    return isDown ? null : `${id} should be stopped, is ${view?.state}, pids ${pids}`;
  }
  const isUp = view?.state === 'running' && mains.length === 1 && chaos.isShown(view, mains[0]);
  return isUp
    ? null
    : `${id} should run, is ${view?.state} (${view?.reason}), pids ${pids}, not ${view?.place ?? view?.pid}`;
}
