/** What `act` takes: seconds, and milliseconds of processor time for each service, of all threads. */
export async function measured(ids, act) {
  const before = process.cpuUsage();
  const begunAt = performance.now();
  await act();
  const seconds = (performance.now() - begunAt) / 1_000;
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpuMs: (user + system) / 1_000 / ids.length };
}
