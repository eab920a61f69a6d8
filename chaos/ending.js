import { processesBelow } from './proc.js';
import { pause, until } from './patience.js';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const QUIET_MS = 20_000;
const PAGE = 1_000;

/** The last host: waits until all is as it should be, takes everything down, and hands over what the host has told. */
export class LastHost {
  #chaos;
  #plant;
  #tally;

  constructor(chaos, plant, tally) {
    this.#chaos = chaos;
    this.#plant = plant;
    this.#tally = tally;
  }

  /** The journal's exits and adoptions; afterwards nothing lives any more. */
  async play() {
    const { promised } = this.#chaos;
    writeFileSync(join(this.#plant.folder, 'quiet'), '');
    const host = this.#chaos.start();
    if (!(await host.ready())) throw new Error(`The last host did not come up: ${host.tail}`);
    await this.#chaos.checkIntentions(host);
    await this.#untilQuiet(host);
    await this.#checkKnown(host);
    await Promise.all(promised.map((one) => one.stop(host)));
    this.#chaos.ledger.sample();
    await until(5_000, async () => (await this.#missingExits(host)).length === 0);
    const told = {
      exits: await this.#history(host, 'process.exited'),
      adoptions: await this.#history(host, 'process.adopted'),
    };
    await this.#checkNothingLeft(host);
    return told;
  }

  async #services(host) {
    const answer = await host.get('/api/services?limit=1000');
    if (answer === null) throw new Error(`The last host ended: ${host.tail}`);
    return answer.body.services;
  }

  /** Every service as intended, twice with a while in between: what is still to end by its plan has ended then. */
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
      return isDown ? null : `${id} is to be stopped, is ${view?.state}, pids ${mains.map(({ pid }) => pid).join(' ')}`;
    }
    const isUp = view?.state === 'running' && mains.length === 1 && mains[0].pid === view.pid;
    return isUp
      ? null
      : `${id} is to run, is ${view?.state} (${view?.reason}), pids ${mains.map(({ pid }) => pid).join(' ')}`;
  }

  /** What lives and is not the process of a service, as the host tells it, or a descendant of such a one, is an orphan. */
  async #checkKnown(host) {
    const known = new Set((await this.#services(host)).map(({ id, pid }) => `${id} ${pid}`));
    this.#chaos.ledger.sample();
    for (const { service, generation, pid, goneAt } of this.#chaos.ledger.live()) {
      const problem = goneAt !== null ? 'its main process is gone' : 'the host does not know it';
      if (goneAt === null && known.has(`${service} ${pid}`)) continue;
      this.#tally.lose(
        'orphans',
        `Of ${service} generation ${generation} (pid ${pid}) something lives, but ${problem}.`,
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
    const told = new Set(exits.map(({ service_id, detail }) => `${service_id} ${detail.generation}`));
    return this.#chaos.ledger.launches.filter(({ service, generation }) => !told.has(`${service} ${generation}`));
  }

  async #checkNothingLeft(host) {
    const { code } = await host.leave();
    if (code !== 0) this.#tally.lose('hosts that broke', `The last host left with ${code}: ${host.tail}`);
    await until(3_000, () => processesBelow(this.#plant.folder).length === 0);
    for (const { pid, command } of processesBelow(this.#plant.folder)) {
      this.#tally.lose('orphans', `Pid ${pid} (${command}) is left after everything was stopped.`);
    }
  }
}
