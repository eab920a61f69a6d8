import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CondensedExits } from './oracle/condensed.js';
import { isForgotten } from './oracle/ends.js';
import { checkHealthy } from './oracle/health.js';
import { problemsOf } from './oracle/intended.js';
import { checkViews } from './oracle/views.js';
import { pause, until } from './patience.js';
import { processesBelow } from './proc.js';

/** The last host: waits until everything is as intended, stops everything, and returns what the host has reported. */
export class LastHost {
  #chaos;
  #plant;
  #tally;

  constructor(chaos, plant, tally) {
    this.#chaos = chaos;
    this.#plant = plant;
    this.#tally = tally;
  }

  /** The exits and adoptions in the journal; afterwards no process is alive. */
  async play() {
    const { promised } = this.#chaos;
    writeFileSync(join(this.#plant.folder, 'quiet'), '');
    const host = this.#chaos.start();
    if (!(await host.ready())) throw new Error(`The last host did not start: ${host.tail}`);
    await this.#chaos.checkIntentions(host);
    await this.#chaos.harmLast(host);
    await this.#untilQuiet(host);
    await checkHealthy(host, this.#chaos.limits.healthyMs, this.#tally, 'at the end');
    await checkViews(host, this.#chaos);
    await this.#checkKnown(host);
    await Promise.all(promised.map((one) => one.stop(host)));
    await this.#stopOrphans(host);
    this.#chaos.ledger.sample();
    await until(this.#chaos.limits.toldMs, async () => (await this.#missingExits(host)).length === 0);
    await this.#chaos.atRest();
    await checkViews(host, this.#chaos);
    const reported = { exits: await host.history('process.exited'), adoptions: await host.history('process.adopted') };
    const changes = await host.history('service.state_changed');
    this.#tally.hit('budgets used up', changes.filter(({ to }) => to === 'failed').length);
    this.#tally.hit('fallbacks to another file', (await host.history('service.fell_back')).length);
    this.#chaos.innocents.check();
    await this.#checkNothingLeft(host);
    return reported;
  }

  async #services(host) {
    const services = await host.services();
    if (services === null) throw new Error(`The last host ended: ${host.tail}`);
    return services;
  }

  /** Checks twice, with a pause in between, that every service is as intended: by then planned exits have happened. */
  async #untilQuiet(host) {
    let problems = [];
    const isQuiet = async () => (problems = await problemsOf(host, this.#chaos)).length === 0;
    const { quietMs } = this.#chaos.limits;
    const isDone = (await until(quietMs, isQuiet)) && (await pause(1_500), await until(quietMs, isQuiet));
    if (isDone) return;
    for (const problem of problems) this.#tally.lose('services not as intended', problem);
    await host.keepAnswers();
  }

  /**
   * A live process that is neither the process of a service, according to the host, nor a descendant of one, is an
   * orphan.
   */
  async #checkKnown(host) {
    const views = new Map((await this.#services(host)).map((view) => [view.id, view]));
    this.#chaos.ledger.sample();
    for (const launch of this.#chaos.ledger.live()) {
      const { service, generation, pid, goneAt } = launch;
      const view = views.get(service);
      const problem = goneAt !== null ? 'its main process is gone' : 'the host does not know it';
      if (goneAt === null && view !== undefined && this.#chaos.isShown(view, launch)) continue;
      this.#tally.lose(
        'orphans',
        `A process of ${service} generation ${generation} (pid ${pid}) is alive, but ${problem}.`,
      );
    }
  }

  /** A shared coreio that only a lost store had named is an orphan: it is stopped as a service, as the 404 says. */
  async #stopOrphans(host) {
    for (const { id, pid, agents } of await this.#services(host)) {
      if (pid === null || agents.length > 0) continue;
      this.#tally.hit('orphans stopped at the end');
      const answer = await host.request('POST', `/api/services/${id}/stop`);
      if (answer?.status !== 200) this.#tally.lose('orphans', `${id} cannot be stopped: ${JSON.stringify(answer)}`);
    }
  }

  async #missingExits(host) {
    const exits = await host.history('process.exited');
    const reported = new Set(exits.map(({ service_id, detail }) => `${service_id} ${detail.generation}`));
    const condensed = new CondensedExits(exits);
    return this.#chaos.ledger.launches.filter(
      (one) =>
        !reported.has(`${one.service} ${one.generation}`) &&
        !isForgotten(one, this.#chaos) &&
        !condensed.take(one, this.#chaos.endsOf(one)),
    );
  }

  async #checkNothingLeft(host) {
    const { code } = await host.leave();
    if (code !== 0) this.#tally.lose('crashed hosts', `The last host exited with ${code}: ${host.tail}`);
    this.#chaos.innocents.close();
    await until(this.#chaos.limits.leftMs, () => processesBelow(this.#plant.folder).length === 0);
    for (const { pid, command } of processesBelow(this.#plant.folder)) {
      this.#tally.lose('orphans', `Pid ${pid} (${command}) is left after everything was stopped.`);
    }
  }
}
