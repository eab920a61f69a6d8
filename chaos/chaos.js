import { Promised } from './commands.js';
import { codesOf } from './life.js';
import { HostProcess } from './host.js';
import { claims, indexedLaunches } from './index-copy.js';
import { Ledger } from './ledger.js';
import { logProblem } from './log-check.js';
import { pause, within } from './patience.js';
import { roundOf } from './story.js';

const SAMPLE_MS = 40;
const BOOT_MS = 400;
const LOCKED = 3;
/** The number of launches whose logs are kept by default. */
const LOGS_KEPT = 5;

/** The rounds: hosts that are started and killed, commands, and services that are killed. */
export class Chaos {
  #options;
  #plant;
  #tally;
  #say;
  #hosts = 0;
  #bootMs = BOOT_MS;
  #sampler = null;
  #revoked = new Set();
  #claimed = new Set();
  /** The times without a host. */
  deadSpans = [];
  ledger;
  promised;
  /** The newest host, to find out why a step hangs. */
  host = null;

  constructor(options, plant, tally, say) {
    this.#options = options;
    this.#plant = plant;
    this.#tally = tally;
    this.#say = say;
    this.ledger = new Ledger(plant.folder);
    this.promised = plant.targets.map((target) => new Promised(target, this.ledger, tally));
    this.#sampler = setInterval(() => this.ledger.sample(), SAMPLE_MS);
  }

  /** Plays all rounds; afterwards no host is running. */
  async play() {
    await this.#startAll();
    for (let round = 1; round <= this.#options.rounds; round += 1) {
      await this.#round(roundOf(this.#options.seed, round, this.#plant.targets));
      if (round % 10 === 0) this.#say(`${round} rounds`);
    }
  }

  /** A first host that is not killed, so that there is something to lose. */
  async #startAll() {
    const host = this.start();
    if (!(await host.ready())) throw new Error(`The first host did not start: ${host.tail}`);
    await Promise.all(this.promised.map((one) => one.start(host)));
    await host.kill();
    this.#tally.hit('host kills');
    await this.#whileDead({ killsWhileDead: [], deadMs: 0 });
  }

  async #round(plan) {
    const host = plan.isTwins ? await this.#startTwins() : this.start(plan.crashAt);
    if (plan.isBootKill) await this.#killAtBoot(host, plan);
    else await this.#live(host, plan);
    const { code, signal } = await within(5_000, host.ended, 'a host to be gone');
    if (signal === 'SIGKILL' && !host.isKilled) this.#tally.hit(`self-kills ${plan.point}`);
    else if (signal !== 'SIGKILL')
      this.#tally.lose('crashed hosts', `exit code ${code}, signal ${signal}: ${host.tail}`);
    await this.#whileDead(plan);
  }

  /** Spawns another host, which is not ready yet. */
  start(crashAt = null) {
    this.#hosts += 1;
    this.host = new HostProcess(this.#plant, { number: this.#hosts, crashAt });
    this.deadSpans.at(-1)?.push(this.host.spawnedAt);
    this.#tally.hit('hosts');
    return this.host;
  }

  /** Spawns two at the same time: one must win, the other must exit with code 3. */
  async #startTwins() {
    const twins = [this.start(), this.start()];
    this.#tally.hit('twins');
    const [one, other] = await Promise.all(twins.map((host) => host.ready()));
    if (one === other)
      this.#tally.lose('duplicates', `Of two hosts started at the same time ${one ? 'both' : 'none'} became ready.`);
    const [winner, loser] = one ? twins : [...twins].reverse();
    const { code } = loser.isOver ? await loser.ended : await loser.kill();
    if (code !== LOCKED) this.#tally.lose('crashed hosts', `The second host exited with ${code}: ${loser.tail}`);
    this.host = winner;
    return winner;
  }

  async #killAtBoot(host, { bootShare }) {
    await Promise.race([pause(bootShare * Math.max(BOOT_MS, this.#bootMs)), host.ended]);
    if (host.isOver) return;
    await host.kill();
    this.#tally.hit('host kills');
    if (host.url === null) this.#tally.hit('host kills during boot');
  }

  async #live(host, plan) {
    if (!(await host.ready())) return;
    this.#bootMs = Math.min(2_000, host.bootMs);
    const killed = pause(plan.killAfterMs);
    const under = [];
    // Awaited at the end of the host; until then a failure must not count as an unhandled rejection.
    const begin = (task) => under.push(task) && task.catch(() => undefined);
    begin(this.checkIntentions(host));
    for (const step of plan.steps) {
      await Promise.race([pause(step.afterMs), killed, host.ended]);
      if (host.isOver || Date.now() - host.spawnedAt - host.bootMs >= plan.killAfterMs) break;
      begin(this.#step(host, step));
    }
    await Promise.race([killed, host.ended]);
    if (!host.isOver) {
      await host.kill();
      this.#tally.hit('host kills');
    }
    await Promise.all(under);
  }

  async #step(host, step) {
    if (step.type === 'kill') return this.#kill(step, 'services killed');
    const promised = this.promised[step.target];
    if (promised.isBusy) return undefined; // overlapping commands have no guaranteed order
    switch (step.type) {
      case 'start':
        return promised.start(host);
      case 'start-twice':
        return promised.startTwice(host);
      case 'stop':
        return promised.stop(host);
      default:
        return promised.bounce(host);
    }
  }

  #kill({ service, signal }, name) {
    this.ledger.sample();
    for (const launch of this.ledger.liveMains(service)) {
      launch.kills.push({ signal, at: Date.now() });
      try {
        process.kill(launch.pid, signal);
        this.#tally.hit(name);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error; // it has just ended
      }
    }
  }

  /** A host that has just started must know every confirmed command. */
  async checkIntentions(host) {
    await Promise.all(
      this.promised.map(async ({ target, certain }) => {
        const answer = await host.get(target.status);
        if (answer === null || certain === null) return;
        const intended = answer.status === 404 ? 'stopped' : target.intended(answer.body);
        if (intended === certain) return;
        this.#tally.lose(
          'forgotten commands',
          `${target.id} was intended to be ${certain}, but host ${this.#hosts} says ${intended}.`,
        );
      }),
    );
  }

  async #whileDead(plan) {
    const span = [Date.now()];
    this.deadSpans.push(span);
    for (const kill of plan.killsWhileDead) this.#kill(kill, 'services killed while no host was running');
    await pause(plan.deadMs);
    this.ledger.sample();
    await this.#countTraces();
    this.checkLogs();
  }

  async #countTraces() {
    const owners = claims(this.#plant);
    for (const [launch, owner] of owners) if (owner === 'revoked') this.#revoked.add(launch);
    for (const { launch_id: launch, state } of await indexedLaunches(this.#plant)) {
      if (state === 'revoked') this.#revoked.add(launch);
      if (state === 'intent' && owners.get(launch) === 'shim') this.#claimed.add(launch);
      if (state === 'intent' && owners.get(launch) == null) this.#tally.hit('intents found without a claim');
    }
  }

  /** Checks the log of each launch that has ended since the last check. */
  checkLogs() {
    for (const launch of this.ledger.launches) {
      if (launch.goneAt === null || launch.isLogChecked) continue;
      launch.isLogChecked = true;
      const later = this.ledger.launches.filter(
        ({ service, generation }) => service === launch.service && generation > launch.generation,
      );
      if (later.length >= LOGS_KEPT) continue; // its files may have been deleted for newer ones
      const problem = logProblem(this.#plant.stateDir, launch, this.ledger.written(launch).lines);
      if (problem !== null)
        this.#tally.lose('log gaps', `${launch.service} generation ${launch.generation}: ${problem}`);
    }
  }

  /** Counts what is only known after the whole run. */
  count() {
    const { launches } = this.ledger;
    const isInSpan = (at) => this.deadSpans.some(([from, to = Infinity]) => at >= from && at < to);
    this.#tally.hit('generations', launches.length);
    this.#tally.hit('revocations', this.#revoked.size);
    this.#tally.hit('claims found without a pid row', this.#claimed.size);
    const unseen = launches.filter(({ end, kills }) => isInSpan(end?.at ?? kills[0]?.at ?? -1));
    this.#tally.hit('exits while no host was running', unseen.length);
    this.#tally.hit(
      'processes that left the group',
      launches.reduce((sum, { children }) => sum + children.length, 0),
    );
  }

  /** The codes with which the service may have exited by itself. */
  codesOf({ service, generation }) {
    return codesOf(this.#options.seed, service, generation);
  }

  close() {
    clearInterval(this.#sampler);
    this.ledger.close();
  }
}
