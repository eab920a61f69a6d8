import { processesBelow } from './proc.js';
import { pause, until } from './patience.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const QUIET_MS = 20_000;
const PAGE = 1_000;

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
    await this.#untilQuiet(host);
    await this.#checkKnown(host);
    await Promise.all(promised.map((one) => one.stop(host)));
    this.#chaos.ledger.sample();
    await until(5_000, async () => (await this.#missingExits(host)).length === 0);
    const reported = {
      exits: await this.#history(host, 'process.exited'),
      adoptions: await this.#history(host, 'process.adopted'),
    };
    await this.#checkNothingLeft(host);
    return reported;
  }

  async #services(host) {
    const answer = await host.get('/api/services?limit=1000');
    if (answer === null) throw new Error(`The last host ended: ${host.tail}`);
    return answer.body.services;
  }

  /** Checks twice, with a pause in between, that every service is as intended: by then planned exits have happened. */
  async #untilQuiet(host) {
    let problems = [];
    const isQuiet = async () => (problems = await this.#problems(host)).length === 0;
    const isDone = (await until(QUIET_MS, isQuiet)) && (await pause(1_500), await until(QUIET_MS, isQuiet));
    if (!isDone) for (const problem of problems) this.#tally.lose('services not as intended', problem);
  }

  async #problems(host) {
    const views = new Map((await this.#services(host)).map((view) => [view.id, view]));
    this.#chaos.ledger.sample();
    return this.#chaos.promised.flatMap(({ target, certain }) =>
      target.services.flatMap((id) => this.#problem(id, views.get(id), certain) ?? []),
    );
  }

  #problem(id, view, certain) {
    const mains = this.#chaos.ledger.liveMains(id);
    const intention = certain ?? view?.intended_state ?? 'stopped';
    if (intention === 'stopped') {
      const isDown = mains.length === 0 && (view === undefined || view.state === 'stopped');
      return isDown
        ? null
        : `${id} should be stopped, is ${view?.state}, pids ${mains.map(({ pid }) => pid).join(' ')}`;
    }
    const isUp = view?.state === 'running' && mains.length === 1 && mains[0].pid === view.pid;
    return isUp
      ? null
      : `${id} should run, is ${view?.state} (${view?.reason}), pids ${mains.map(({ pid }) => pid).join(' ')}`;
  }

  /**
   * A live process that is neither the process of a service, according to the host, nor a descendant of one, is an
   * orphan.
   */
  async #checkKnown(host) {
    const known = new Set((await this.#services(host)).map(({ id, pid }) => `${id} ${pid}`));
    this.#chaos.ledger.sample();
    for (const { service, generation, pid, goneAt } of this.#chaos.ledger.live()) {
      const problem = goneAt !== null ? 'its main process is gone' : 'the host does not know it';
      if (goneAt === null && known.has(`${service} ${pid}`)) continue;
      this.#tally.lose(
        'orphans',
        `A process of ${service} generation ${generation} (pid ${pid}) is alive, but ${problem}.`,
      );
    }
  }

  async #history(host, type) {
    const events = [];
    for (let after = 0; after !== null;) {
      const { body } = await host.get(`/api/events/history?type=${type}&limit=${PAGE}&after=${after}`);
      events.push(...body.events);
      after = body.next;
    }
    return events;
  }

  async #missingExits(host) {
    const exits = await this.#history(host, 'process.exited');
    const reported = new Set(exits.map(({ service_id, detail }) => `${service_id} ${detail.generation}`));
    return this.#chaos.ledger.launches.filter(({ service, generation }) => !reported.has(`${service} ${generation}`));
  }

  async #checkNothingLeft(host) {
    const { code } = await host.leave();
    if (code !== 0) this.#tally.lose('crashed hosts', `The last host exited with ${code}: ${host.tail}`);
    await until(3_000, () => processesBelow(this.#plant.folder).length === 0);
    for (const { pid, command } of processesBelow(this.#plant.folder)) {
      this.#tally.lose('orphans', `Pid ${pid} (${command}) is left after everything was stopped.`);
    }
  }
}
