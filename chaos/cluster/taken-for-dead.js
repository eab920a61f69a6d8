const COLUMN = 'taken for dead';
/** The end of a container is known in whole seconds. */
const SECOND_MS = 1_000;

/** Checks that no process lives of which a host says that it has ended. */
export async function checkNotTakenForDead(host, { ledger, tally }) {
  const services = await host.services();
  if (services === null) return;
  ledger.sample();
  for (const { id, last_exit: told } of services) {
    const launch = ledger.launches.find((one) => one.service === id && one.generation === told?.generation);
    if (launch === undefined) continue;
    tally.hit('last exits checked');
    if (launch.goneAt === null)
      tally.lose(COLUMN, `${id}: the host says that generation ${told.generation} ended, but it is alive.`);
  }
}

/** Checks that no exit was told before its process ended. */
export function judgeTold({ exits }, { ledger, tally }) {
  for (const { service_id: service, at, detail } of exits) {
    const launch = ledger.launches.find((one) => one.service === service && one.generation === detail.generation);
    if (launch === undefined || Date.parse(at) + SECOND_MS >= launch.aliveAt) continue;
    tally.lose(COLUMN, `${service} generation ${detail.generation} was told at ${at}, and lived at ${launch.aliveAt}.`);
  }
}
