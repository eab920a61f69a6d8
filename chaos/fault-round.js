import { checkDegraded, checkHealthy } from './oracle/health.js';
import { problemsOf } from './oracle/intended.js';
import { checkViews } from './oracle/views.js';
import { pause, until } from './patience.js';
import { signal } from './proc.js';

/** Contract 8: what a host says about itself. */
const DEGRADED_MS = 5_000;
const HEALTHY_MS = 10_000;
const SETTLED_MS = 15_000;
const DEAD_MS = 50;
/** A launch that was in progress when the host found out may still appear. */
const LAUNCHING_MS = 500;

/** One round with a fault: a host lives through it, or starts into it, and everything is as it was afterwards. */
export class FaultRound {
  #chaos;
  #plan;
  #forget = [];
  plant;
  ledger;
  tally;
  innocents;
  /** The host of the round; null as long as there is none. */
  host = null;

  constructor(chaos, plan) {
    this.#chaos = chaos;
    this.#plan = plan;
    this.plant = chaos.plant;
    this.ledger = chaos.ledger;
    this.tally = chaos.tally;
    this.innocents = chaos.innocents;
  }

  /** Returns the last host of the round, which was killed. */
  async play() {
    const { fault, choice } = this.#plan.fault;
    const isDead = choice.moment === 'dead';
    const injection = isDead ? await fault.inject(this, choice) : null;
    await this.#begin(fault.hostOptions?.(this) ?? {});
    if (isDead) await this.#chaos.checkIntentions(this.host);
    else await checkHealthy(this.host, HEALTHY_MS, this.tally, `before the fault ${fault.name}`);
    if (isDead) this.#forgotten();
    await this.#through(fault, choice, injection);
    await this.#chaos.kill(this.host);
    if (this.#forget.length === 0) this.#chaos.noteCopy(this.host);
    return this.host;
  }

  async #begin(options) {
    this.host = this.#chaos.start(options);
    if (!(await this.host.ready())) {
      this.tally.lose('crashed hosts', `It did not start: ${this.host.tail}`);
      throw new Error(`A host did not start after a fault: ${this.host.tail}`);
    }
  }

  async #through(fault, choice, injectedBefore) {
    const { trouble } = this.#chaos;
    trouble.begin();
    const steps = { ...this.#plan, killAfterMs: Math.max(700, this.#plan.killAfterMs) };
    const injection = injectedBefore ?? (choice.moment === 'alive' ? await fault.inject(this, choice) : null);
    if (injection === null) this.tally.hit(`faults without a target: ${fault.name}`);
    else this.tally.hitFault(fault.name, injection.how);
    this.#chaos.note({ injected: injection?.how ?? null });
    if (injection?.keepsCommandsOut === true) trouble.keepOut();
    const playing = this.#chaos.steps(this.host, steps);
    playing.catch(() => undefined);
    await this.#suffer(fault, injection);
    await injection?.undo();
    this.#chaos.note({ undone: injection?.how ?? null });
    trouble.mended();
    await playing;
    await checkHealthy(this.host, HEALTHY_MS, this.tally, `after the fault ${fault.name} (${injection?.how})`);
    trouble.end();
    await this.settled(`after the fault ${fault.name} (${injection?.how})`);
    await checkViews(this.host, this.#chaos);
    this.innocents.releasePids();
  }

  async #suffer({ name }, injection) {
    if (injection === null) return;
    const { sees, how, refuses = false, lastsMs = 0 } = injection;
    if (sees !== null && (await checkDegraded(this.host, sees, DEGRADED_MS, this.tally, `${name} (${how})`))) {
      this.tally.hit('faults that the health check saw');
      if (refuses) this.#chaos.trouble.refuses();
    }
    const seenAt = Date.now();
    await pause(lastsMs);
    if (!refuses || sees === null) return;
    this.ledger.sample();
    for (const { service, generation, startedAt } of this.ledger.launches) {
      if (startedAt > seenAt + LAUNCHING_MS)
        this.tally.lose('wrong health', `${service} generation ${generation} was launched during ${name} (${how}).`);
    }
  }

  /** Everything is as intended within 15 s. */
  async settled(when) {
    let problems = [];
    const isQuiet = async () => (problems = await problemsOf(this.host, this.#chaos)).length === 0;
    if (await until(SETTLED_MS, isQuiet)) return;
    for (const problem of problems) this.tally.lose('services not as intended', `${when}: ${problem}`);
    await this.host.keepAnswers();
  }

  /** Kills the host, and starts the next. */
  async restart(options) {
    if (this.host !== null) await this.#chaos.kill(this.host);
    await this.#chaos.whileDead({ killsWhileDead: [], deadMs: DEAD_MS });
    await this.#begin(options);
    this.#forgotten();
  }

  /** Kills a host in a PID namespace of its own, and with it what it has launched. */
  async killNamespace() {
    this.ledger.sample();
    const at = Date.now();
    for (const launch of this.ledger.live()) {
      if (!launch.isInside) continue;
      launch.kills.push({ signal: 'SIGKILL', at });
      launch.shimKilledAt ??= at;
    }
    await this.#chaos.kill(this.host);
    await until(5_000, () => {
      this.ledger.sample();
      return this.ledger.live().every(({ isInside }) => !isInside);
    });
  }

  /** Kills one of the services that run; returns its id, null if there is none. */
  killOne() {
    this.ledger.sample();
    const [launch] = this.ledger.mains();
    if (launch === undefined) return null;
    launch.kills.push({ signal: 'SIGKILL', at: Date.now() });
    signal(launch.pid, 'SIGKILL');
    return launch.service;
  }

  /** Stops a service, with what belongs to the same agent, and starts it again if it is intended to run. */
  async bounce(service) {
    const promised = this.#chaos.targetOf(service);
    await until(SETTLED_MS, () => !promised.isBusy);
    const { certain } = promised;
    await promised.stop(this.host);
    if (certain !== 'stopped') await promised.start(this.host);
  }

  /** A host beside the one of the round. */
  startBeside(options) {
    return this.#chaos.startBeside(options);
  }

  storeLost() {
    this.#forget.push(this.#chaos.storeLost());
  }

  #forgotten() {
    for (const forget of this.#forget) forget();
  }

  /** From now on the launches of services are counted anew. */
  beginSeries() {
    this.#chaos.seriesBegins.push(Date.now());
  }

  /** Acknowledges what the host has found, as an operator would. */
  async acknowledge() {
    const answer = await this.host.request('POST', '/api/health/acknowledge');
    if (answer?.status !== 200)
      this.tally.lose('wrong health', `The notices cannot be acknowledged: ${JSON.stringify(answer)}`);
  }
}
