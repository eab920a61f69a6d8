import { Chaos } from '../chaos.js';
import { indexedLaunches } from '../index-copy.js';
import { problemsOf } from '../oracle/intended.js';
import { pause, until } from '../patience.js';
import { isAlive, parentOf, programOf, signal as send } from '../proc.js';
import { checkPodLogs } from './pod-log-check.js';
import { roundOf } from './story.js';
import { checkNotTakenForDead } from './taken-for-dead.js';

/** A stop is answered when the process is gone, which takes a fault and then some. */
const ANSWER_MS = 90_000;
/** On a machine whose two cores also run a cluster and other work, a host needed 55 s to start. */
const READY_MS = 120_000;
const STARTED_MS = 90_000;
const WATCH_MS = 500;
/** Once the loss that a run ends with has been seen, nobody waits long for what is perhaps not to come. */
const SEEN_MS = 5_000;
const REST_MS = 60_000;
const SHIM = 'coredinator-shim';
/** The other hosts are killed before they show whether they would go on once the API server is back. */
const LAST_FAULT = { name: 'API server killed', whom: [], lastsMs: 3_000, moment: 'alive' };

/** The rounds on a cluster: hosts that are started and killed, commands, processes in pods that are killed, and faults of the cluster. */
export class ClusterChaos extends Chaos {
  #options;
  #control;
  #namespace;
  #fault = Promise.resolve();
  /** The times with a fault of the cluster. */
  faultSpans = [];
  limits = { quietMs: 120_000, healthyMs: 30_000, toldMs: 30_000, leftMs: 10_000 };

  constructor(options, plant, tally, { control, namespace }) {
    super(options, plant, tally);
    this.#options = options;
    this.#control = control;
    this.#namespace = namespace;
    this.ledger.isNamespaced = true;
    // A machine that is busy with a cluster may take its disk from a host for seconds; nothing else is a reason to refuse.
    this.trouble.begin(/store_unavailable/);
  }

  /** In a cluster no host knows a pid. */
  isShown(view, { generation }) {
    return view.generation === generation && view.place !== null;
  }

  start(options = {}) {
    return super.start({ answerMs: ANSWER_MS, readyMs: READY_MS, ...options });
  }

  /** Plays the rounds from `from` to `to`; afterwards no host is running, and the cluster has no fault. */
  async play(onRound) {
    const { from, to, story, nodes, until: column } = this.#options;
    await this.#startAll();
    for (let round = from; round <= to; round += 1) {
      await this.#round(roundOf(story, round, this.plant.targets, nodes));
      this.innocents.check();
      onRound(round);
      if (column !== undefined && this.tally.lostIn(column) > 0) {
        this.limits.quietMs = SEEN_MS;
        break;
      }
    }
    await this.#fault;
    await this.#control.mend();
  }

  /** A first host that is not killed before everything runs, so that there is something to lose. */
  async #startAll() {
    const host = this.start();
    if (!(await host.ready())) throw new Error(`The first host did not start: ${host.tail}`);
    await Promise.all(this.promised.map((one) => one.start(host)));
    await until(STARTED_MS, async () => (await problemsOf(host, this)).length === 0);
    await this.kill(host);
    await this.whileDead({ killsWhileDead: [], deadMs: 0 });
  }

  async #round(plan) {
    this.note(plan);
    if (plan.fault?.moment === 'dead') await this.#harmCluster(plan.fault);
    const host = this.start({ crashAt: plan.crashAt });
    if (await host.ready()) await this.#live(host, plan);
    const { code, signal } = await host.gone();
    if (signal === 'SIGKILL' && !host.isKilled) this.tally.hit(`self-kills ${plan.point}`);
    else if (signal !== 'SIGKILL')
      this.tally.lose('crashed hosts', `exit code ${code}, signal ${signal}: ${host.tail}`);
    await this.whileDead(plan);
  }

  async #live(host, plan) {
    const under = [this.checkIntentions(host), this.#clusterSteps(host, plan), this.#watch(host)];
    if (plan.fault?.moment === 'alive') under.push(this.#harmLater(host, plan));
    // Awaited at the end of the host; until then a failure must not count as an unhandled rejection.
    for (const task of under) task.catch(() => undefined);
    await Promise.race([pause(plan.killAfterMs), host.ended]);
    await this.kill(host);
    await Promise.all(under);
  }

  async #harmLater(host, { fault, faultAfterMs }) {
    await Promise.race([pause(faultAfterMs), host.ended]);
    await this.#harmCluster(fault);
  }

  /** Begins a fault, once the one before is over; it ends by itself, perhaps in a later round. */
  async #harmCluster(fault) {
    await this.#fault;
    const { span, over } = await this.#control.begin(fault);
    this.faultSpans.push(span);
    this.tally.hitFault(fault.name, fault.moment === 'dead' ? 'when a host starts' : 'while a host runs');
    this.#fault = over();
    this.#fault.catch(() => undefined);
  }

  /** Whatever happens, a process that lives must not be told as ended. */
  async #watch(host) {
    while (!host.isOver) {
      await checkNotTakenForDead(host, this);
      await Promise.race([pause(WATCH_MS), host.ended]);
    }
  }

  async #clusterSteps(host, plan) {
    const under = [];
    for (const step of plan.steps) {
      await Promise.race([pause(step.afterMs), host.ended]);
      if (host.isOver) break;
      const task = this.step(host, step);
      task.catch(() => undefined);
      under.push(task);
    }
    await Promise.all(under);
  }

  async step(host, step) {
    return step.type === 'kill-shim' ? this.#harmShim(step) : super.step(host, step);
  }

  /** The shim is process 1 of its container: all that is in the pod is killed with it. */
  #harmShim({ service }) {
    this.ledger.sample();
    for (const launch of this.ledger.liveMains(service)) {
      const shim = isAlive(launch) ? parentOf(launch.pid) : null;
      if (shim === null || programOf(shim) !== SHIM) continue;
      launch.shimKilledAt = Date.now();
      launch.kills.push({ signal: 'SIGKILL', at: launch.shimKilledAt });
      if (send(shim, 'SIGKILL')) this.tally.hit('shims killed');
    }
  }

  async whileDead(plan) {
    this.deadSpans.push([Date.now()]);
    for (const kill of plan.killsWhileDead) this.harm(kill, 'services killed while no host was running');
    await pause(plan.deadMs);
    await this.#noteIntents();
  }

  /** While its kubelet hangs, the program of a launch may begin long after the launch was intended, and after a stop of it. */
  async #noteIntents() {
    this.ledger.sample();
    this.ledger.intended(await indexedLaunches(this.plant));
  }

  /** While the API server is away, all that runs ends: the last host has to launch it again. */
  async harmLast(host) {
    await until(this.limits.quietMs, async () => (await problemsOf(host, this)).length === 0);
    this.note({ lastFault: LAST_FAULT });
    await this.#harmCluster(LAST_FAULT);
    for (const service of this.plant.targets.flatMap(({ services }) => services))
      this.harm({ service, signal: 'SIGKILL' }, 'services killed');
    await this.#fault;
  }

  /** Resolves when the cluster has nothing of the services any more; called when everything was stopped. */
  async atRest() {
    await this.#noteIntents();
    let left = [];
    const isEmpty = async () => (left = await this.#namespace.left()).length === 0;
    if (await until(REST_MS, async () => (await isEmpty()) || (await pause(500), false))) return;
    this.tally.lose('orphans', `After everything was stopped, the cluster has: ${left.join(', ')}.`);
  }

  /** Each launch has ended, and nothing reads its output any more. */
  async checkLastLogs() {
    for (const launch of this.ledger.launches) checkPodLogs(launch, this);
  }

  /** Counts what is only known after the whole part. */
  count() {
    const { launches } = this.ledger;
    const isInSpan = (at) => this.deadSpans.some(([from, to = Infinity]) => at >= from && at < to);
    this.tally.hit('generations', launches.length);
    const unseen = launches.filter(({ end, kills }) => isInSpan(end?.at ?? kills[0]?.at ?? -1));
    this.tally.hit('exits while no host was running', unseen.length);
  }
}
