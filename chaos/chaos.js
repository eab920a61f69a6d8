import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { Promised, Trouble } from './commands.js';
import { FaultRound } from './fault-round.js';
import { faultOf } from './faults/registry.js';
import { keepCopy } from './faults/store.js';
import { HostProcess } from './host.js';
import { claims, indexedLaunches } from './index-copy.js';
import { Innocents } from './innocents.js';
import { Ledger } from './ledger.js';
import { isBeingRead, logProblem } from './log-check.js';
import { endsOf } from './oracle/ends.js';
import { pause, until } from './patience.js';
import { release } from './plant.js';
import { isAlive, signal as send } from './proc.js';
import { roundOf } from './story.js';

const SAMPLE_MS = 40;
const BOOT_MS = 400;
const LOCKED = 3;
/** Long enough for all restarts of a policy, and for one after it gave up. */
const STORM_MS = 3_000;
const STORM_PAUSE_MS = 30;
/** The number of launches whose logs are kept by default. */
const LOGS_KEPT = 5;
/** The longest that the output of an ended launch is read on: a shim tries for 10 s to report a gap. */
const LAST_READ_MS = 15_000;
/** A host has started a reader this long after a shim was killed. */
const NOTICED_MS = 1_000;
/** A host has adopted all services, and started readers where shims are gone, this long after its start. */
const ADOPTED_MS = 5_000;
/** A change is in the copy of the intentions after that: 1 s, and the write itself on a machine that is busy. */
const COPIED_MS = 3_000;
/** An older database is kept every so many rounds. */
const COPY_ROUNDS = 4;

/** The rounds: hosts that are started and killed, commands, services that are killed, and faults. */
export class Chaos {
  #options;
  #hosts = 0;
  #bootMs = BOOT_MS;
  #sampler = null;
  #revoked = new Set();
  #claimed = new Set();
  /** What was asked for until then is certainly in the copy of the intentions. */
  #copiedAt = 0;
  plant;
  tally;
  /** The times without a host. */
  deadSpans = [];
  /** Ends at these times may have been lost with the store. */
  lostSpans = [];
  /** When a fault has begun a new series of launches. */
  seriesBegins = [];
  trouble = new Trouble();
  innocents;
  ledger;
  promised;
  /** The newest host, to find out why a step hangs. */
  host = null;
  /** How long the last host may take until everything is as intended, and healthy, and until ends are told and nothing is left. */
  limits = { quietMs: 20_000, healthyMs: 10_000, toldMs: 5_000, leftMs: 3_000 };

  constructor(options, plant, tally) {
    this.#options = options;
    this.plant = plant;
    this.tally = tally;
    this.ledger = new Ledger(plant.folder);
    this.innocents = new Innocents(plant, tally);
    this.promised = plant.targets.map((target) => new Promised(target, this.ledger, tally, this.trouble));
    this.#sampler = setInterval(() => this.ledger.sample(), SAMPLE_MS);
  }

  get seed() {
    return this.#options.seed;
  }

  get shim() {
    return this.plant.shim;
  }

  /** When a host has last found a lost store. */
  get lostAt() {
    return this.lostSpans.at(-1)?.to ?? 0;
  }

  targetOf(service) {
    return this.promised.find(({ target }) => target.services.includes(service));
  }

  /** Whether a host shows this launch as what runs. */
  isShown(view, { said }) {
    return view.pid === said;
  }

  /** What the last host still has to get over before everything is as intended. */
  harmLast(_host) {
    return Promise.resolve();
  }

  /** Resolves when what stopped services leave behind is gone. */
  atRest() {
    return Promise.resolve();
  }

  /** Every end that a launch may have had. */
  endsOf(launch) {
    const { lostSpans, seed } = this;
    return endsOf(launch, { promised: this.targetOf(launch.service), lostSpans, seed });
  }

  /** Plays all rounds; afterwards no host is running. */
  async play(onRound) {
    const { rounds, faults, seed, until } = this.#options;
    await this.#startAll();
    for (let round = 1; round <= rounds; round += 1) {
      const plan = { ...roundOf(seed, round, this.plant.targets), fault: faultOf(seed, round, faults) };
      if (faults.length > 0 && plan.isRelease) {
        release(this.plant);
        this.seriesBegins.push(Date.now()); // a newer file is another one to fail
      }
      await this.#round(plan);
      this.innocents.check();
      if (round % COPY_ROUNDS === 0) keepCopy(this.plant);
      onRound(round);
      if (until !== undefined && this.tally.lostIn(until) > 0) return;
    }
  }

  /** A first host that is not killed, so that there is something to lose. */
  async #startAll() {
    const host = this.start();
    if (!(await host.ready())) throw new Error(`The first host did not start: ${host.tail}`);
    await Promise.all(this.promised.map((one) => one.start(host)));
    await this.kill(host);
    await this.whileDead({ killsWhileDead: [], deadMs: 0 });
  }

  async #round(plan) {
    this.note({ ...plan, fault: plan.fault === null ? null : { ...plan.fault, fault: plan.fault.fault.name } });
    const bounded = this.promised.filter(({ target }) => target.bound !== null).map(({ target }) => target.services[0]);
    let host;
    if (plan.fault !== null) host = await new FaultRound(this, plan).play();
    else {
      host = plan.isTwins ? await this.#startTwins() : this.start({ crashAt: plan.crashAt });
      if (plan.storm !== null && bounded.length > 0) await this.#storm(host, bounded[plan.storm % bounded.length]);
      else if (plan.isBootKill) await this.#killAtBoot(host, plan);
      else await this.#live(host, plan);
    }
    const { code, signal } = await host.gone();
    if (signal === 'SIGKILL' && !host.isKilled) this.tally.hit(`self-kills ${plan.point}`);
    else if (signal !== 'SIGKILL')
      this.tally.lose('crashed hosts', `exit code ${code}, signal ${signal}: ${host.tail}`);
    await this.whileDead(plan);
  }

  /** Adds to the story of this host, for whoever looks at a loss. */
  note(what) {
    appendFileSync(join(this.plant.folder, 'story.jsonl'), `${JSON.stringify({ at: new Date(), ...what })}\n`);
  }

  /** Spawns another host, which is not ready yet. */
  start(options = {}) {
    this.host = this.startBeside(options);
    this.deadSpans.at(-1)?.push(this.host.spawnedAt);
    return this.host;
  }

  /** Spawns one that does not take the place of the last. */
  startBeside(options) {
    this.#hosts += 1;
    this.tally.hit('hosts');
    return new HostProcess(this.plant, { ...options, number: this.#hosts });
  }

  async kill(host) {
    if (host.isOver) return;
    await host.kill();
    this.tally.hit('host kills');
  }

  /** Spawns two at the same time: one must win, the other must exit with code 3. */
  async #startTwins() {
    const twins = [this.start(), this.start()];
    this.tally.hit('twins');
    const [one, other] = await Promise.all(twins.map((host) => host.ready()));
    if (one === other)
      this.tally.lose('duplicates', `Of two hosts started at the same time ${one ? 'both' : 'none'} became ready.`);
    const [winner, loser] = one ? twins : [...twins].reverse();
    const { code } = loser.isOver ? await loser.ended : await loser.kill();
    if (code !== LOCKED) this.tally.lose('crashed hosts', `The second host exited with ${code}: ${loser.tail}`);
    this.host = winner;
    return winner;
  }

  async #killAtBoot(host, { bootShare }) {
    await Promise.race([pause(bootShare * Math.max(BOOT_MS, this.#bootMs)), host.ended]);
    if (host.isOver) return;
    await this.kill(host);
    if (host.url === null) this.tally.hit('host kills during boot');
  }

  async #live(host, plan) {
    if (!(await host.ready())) return;
    this.#bootMs = Math.min(2_000, host.bootMs);
    const under = [this.checkIntentions(host), this.steps(host, plan)];
    // Awaited at the end of the host; until then a failure must not count as an unhandled rejection.
    for (const task of under) task.catch(() => undefined);
    await Promise.race([pause(plan.killAfterMs), host.ended]);
    await this.kill(host);
    await Promise.all(under);
    this.noteCopy(host);
  }

  /** Kills a service as often as it is launched, until its policy gives up and beyond. */
  async #storm(host, service) {
    if (!(await host.ready())) return;
    this.tally.hit('storms of kills');
    for (const until = Date.now() + STORM_MS; Date.now() < until && !host.isOver; await pause(STORM_PAUSE_MS))
      this.harm({ service, signal: 'SIGKILL' }, 'services killed');
    await this.kill(host);
    this.noteCopy(host);
  }

  /** Plays the steps of a plan until its time is over or the host has ended. */
  async steps(host, plan) {
    const until = Date.now() + plan.killAfterMs;
    const over = pause(plan.killAfterMs);
    const under = [];
    for (const step of plan.steps) {
      await Promise.race([pause(step.afterMs), over, host.ended]);
      if (host.isOver || Date.now() >= until) break;
      const task = this.step(host, step);
      task.catch(() => undefined);
      under.push(task);
    }
    await Promise.all(under);
  }

  async step(host, step) {
    if (step.type === 'kill') return this.harm(step, 'services killed');
    return this.promised[step.target].carryOut(host, step.type);
  }

  /** Sends a signal to the processes of a service; `name` is what the table counts. */
  harm({ service, signal }, name) {
    this.ledger.sample();
    for (const launch of this.ledger.liveMains(service)) {
      if (!isAlive(launch)) continue; // its pid may be another process by now
      launch.kills.push({ signal, at: Date.now() });
      if (send(launch.pid, signal)) this.tally.hit(name);
    }
  }

  /** A host that has just started must know every confirmed command. */
  async checkIntentions(host) {
    await Promise.all(
      this.promised.map(async (promised) => {
        const { target, certain, count } = promised;
        const answer = await host.get(target.status);
        // A command that was sent while this waited for its answer may have been carried out before it.
        if (answer === null || certain === null || promised.count !== count) return;
        const intended = answer.status === 404 ? 'stopped' : target.intended(answer.body);
        if (intended === certain) return;
        this.tally.lose(
          'forgotten commands',
          `${target.id} was intended to be ${certain}, but host ${this.#hosts} says ${intended}.`,
        );
      }),
    );
  }

  /** A host that could write has copied the intentions, unless it has just started. */
  noteCopy({ readyAt }) {
    if (readyAt !== null && Date.now() - readyAt > COPIED_MS) this.#copiedAt = Date.now() - COPIED_MS;
  }

  /** The store is lost now, or replaced by an older one: what is in no copy may be forgotten, and so are ends. */
  storeLost() {
    const span = { from: 0, to: Infinity };
    this.lostSpans.push(span);
    this.seriesBegins.push(Date.now());
    for (const promised of this.promised) promised.doubt(this.#copiedAt);
    return () => {
      span.to = Date.now();
      this.seriesBegins.push(Date.now());
    };
  }

  async whileDead(plan) {
    const span = [Date.now()];
    this.deadSpans.push(span);
    for (const kill of plan.killsWhileDead) this.harm(kill, 'services killed while no host was running');
    await pause(plan.deadMs);
    this.ledger.sample();
    await this.#countTraces();
    this.checkLogs();
  }

  async #countTraces() {
    const owners = claims(this.plant);
    for (const [launch, owner] of owners) if (owner === 'revoked') this.#revoked.add(launch);
    for (const { launch_id: launch, state } of await indexedLaunches(this.plant)) {
      if (state === 'revoked') this.#revoked.add(launch);
      if (state === 'intent' && owners.get(launch) === 'shim') this.#claimed.add(launch);
      if (state === 'intent' && owners.get(launch) == null) this.tally.hit('intents found without a claim');
    }
  }

  /** Checks the log of each launch that has ended since the last check and whose output has been read to its end. */
  checkLogs() {
    for (const launch of this.#uncheckedLogs()) {
      if (isBeingRead(this.plant.stateDir, launch)) continue;
      launch.isLogChecked = true;
      const later = this.ledger.launches.filter(
        ({ service, generation }) => service === launch.service && generation > launch.generation,
      );
      if (later.length >= LOGS_KEPT) continue; // its files may have been deleted for newer ones
      const what = { counted: this.ledger.written(launch).lines, mayLackEnd: this.#mayLackEnd(launch) };
      const problem = logProblem(this.plant.stateDir, launch, what);
      if (problem !== null)
        this.tally.lose('log gaps', `${launch.service} generation ${launch.generation}: ${problem}`);
    }
  }

  #uncheckedLogs() {
    return this.ledger.launches.filter(({ goneAt, isLogChecked }) => goneAt !== null && !isLogChecked);
  }

  /** Checks the logs of all launches that have ended. */
  async checkLastLogs() {
    await until(LAST_READ_MS, () => {
      this.checkLogs();
      return this.#uncheckedLogs().length === 0;
    });
    for (const { service, generation } of this.#uncheckedLogs())
      this.tally.lose('log gaps', `${service} generation ${generation} has ended, and its output is still being read`);
  }

  /** Whether a launch and its shim may have ended while no host was there to start another reader. */
  #mayLackEnd({ shimKilledAt, goneAt }) {
    const isUnread = ([from, to = Infinity]) => shimKilledAt >= from - NOTICED_MS && goneAt <= to + ADOPTED_MS;
    return shimKilledAt !== null && this.deadSpans.some(isUnread);
  }

  /** Counts what is only known after the whole run. */
  count() {
    const { launches } = this.ledger;
    const isInSpan = (at) => this.deadSpans.some(([from, to = Infinity]) => at >= from && at < to);
    this.tally.hit('generations', launches.length);
    this.tally.hit('revocations', this.#revoked.size);
    this.tally.hit('claims found without a pid row', this.#claimed.size);
    const unseen = launches.filter(({ end, kills }) => isInSpan(end?.at ?? kills[0]?.at ?? -1));
    this.tally.hit('exits while no host was running', unseen.length);
    this.tally.hit(
      'processes that left the group',
      launches.reduce((sum, { children }) => sum + children.length, 0),
    );
  }

  close() {
    clearInterval(this.#sampler);
    this.innocents.close();
    this.ledger.close();
  }
}
