import { pause } from './patience.js';

/** How often a host is asked whether it has accepted a stop. */
const ASKED_MS = 20;
/** How long a stop that nobody confirmed may still affect a launch after a later start was confirmed. */
const STOP_LEFT_MS = 1_000;
const UNAVAILABLE = 503;

/** The commands to one target, with what the host has confirmed. */
export class Promised {
  #tally;
  #ledger;
  #trouble;
  #commands = [];
  #sent = 0;
  target;

  /** `trouble`: the faults during which commands may be refused. */
  constructor(target, ledger, tally, trouble) {
    this.target = target;
    this.#ledger = ledger;
    this.#tally = tally;
    this.#trouble = trouble;
  }

  get isBusy() {
    return this.#commands.some((command) => command.isUnderWay);
  }

  /** How many commands were sent so far. */
  get count() {
    return this.#sent;
  }

  /** Carries out the command of a step; none while another one is under way: those have no guaranteed order. */
  async carryOut(host, type) {
    if (this.isBusy) return;
    if (type === 'start') await this.start(host);
    else if (type === 'start-twice') await this.startTwice(host);
    else if (type === 'stop') await this.stop(host);
    else await this.bounce(host);
  }

  async start(host) {
    await this.#send(host, 'running', this.target.start);
  }

  async startTwice(host) {
    await Promise.all([this.start(host), this.start(host)]);
  }

  async stop(host) {
    await this.#send(host, 'stopped', this.target.stop);
  }

  /** A start during a stop in progress wins over it. */
  async bounce(host) {
    // What was stopped before does not show that it has accepted a stop.
    const wasStopped = await this.#isStopping(host);
    if (this.isBusy) return;
    let isAnswered = false;
    const stopped = this.stop(host).finally(() => {
      isAnswered = true;
    });
    do await Promise.race([stopped, pause(ASKED_MS)]);
    while (!isAnswered && (wasStopped || !(await this.#isStopping(host))));
    await Promise.all([stopped, this.start(host)]);
  }

  /** Requests on different connections have no order: only what the host says shows that it has accepted a stop. */
  async #isStopping(host) {
    const answer = await host.get(this.target.status);
    return answer?.status !== 200 || this.target.intended(answer.body) === 'stopped';
  }

  async #send(host, intention, [path, body]) {
    const facts = { answeredAt: null, isAccepted: false, isUnderWay: true };
    const command = { intention, before: this.certain, sentAt: Date.now(), ...facts };
    this.#sent += 1;
    this.#commands.push(command);
    try {
      const answer = await host.request('POST', path, body);
      if (answer !== null) this.#answered(command, answer, path);
    } finally {
      command.overAt = Date.now();
      command.isUnderWay = false;
    }
  }

  #answered(command, { status, body }, path) {
    command.answeredAt = Date.now();
    const trouble = this.#trouble.during(command.sentAt, command.answeredAt);
    if (status === UNAVAILABLE && trouble !== null && trouble.type.test(body.type)) {
      this.#tally.hit('commands refused because of a fault');
      if (trouble.keepsCommandsOut) this.#commands.splice(this.#commands.indexOf(command), 1); // it changed nothing
      return;
    }
    // A command that asks for what is asked for already writes nothing.
    const isRefused = trouble?.refusesSince != null && trouble.refusesSince < command.sentAt && trouble.to === null;
    const asksForMore = command.before !== null && command.before !== command.intention;
    if (status === 200 && isRefused && asksForMore)
      this.#tally.lose('wrong health', `${path} was accepted during a fault of which the health check knew.`);
    const isUnknownIo = status === 404 && command.intention === 'stopped';
    // A lost store may have been the only place that named it; a process of it is an orphan then, and not stopped by this.
    if (isUnknownIo && command.before === null) return;
    command.isAccepted = status === 200 || isUnknownIo;
    if (isUnknownIo && this.#isStartedBefore(command)) {
      this.#tally.lose('forgotten commands', `${path} returned 404, but ${this.target.id} had been started.`);
    }
    this.#tally.hit(command.isAccepted ? 'commands accepted' : 'commands refused');
    if (!command.isAccepted)
      this.#tally.lose('forgotten commands', `${path} returned ${status} ${JSON.stringify(body)}`);
    else if (command.intention === 'stopped' && this.#commands.at(-1) === command) this.#checkGone(command);
  }

  #isStartedBefore(command) {
    const before = this.#commands[this.#commands.indexOf(command) - 1];
    return before?.intention === 'running' && before.isAccepted;
  }

  /** A stop is confirmed once the processes are gone. */
  #checkGone(command) {
    this.#ledger.sample();
    const left = this.#ledger.live().filter(({ service }) => this.target.services.includes(service));
    for (const { service, generation, launch, startedAt } of left) {
      const when = `${command.answeredAt - command.sentAt} ms after the request`;
      const who = `${service} generation ${generation} (launch ${launch}, started ${startedAt})`;
      this.#tally.lose(
        'orphans',
        `${who} is alive although the stop of ${this.target.id} was confirmed at ${command.answeredAt}, ${when}.`,
      );
    }
  }

  /** The store was lost, and with it perhaps what was asked for after `since`. */
  doubt(since) {
    const isCopied = ({ sentAt, answeredAt, isAccepted }) => (isAccepted ? answeredAt : sentAt) <= since;
    if (this.#commands.every(isCopied)) return;
    const lost = { sentAt: Date.now(), answeredAt: null, isAccepted: false, isUnderWay: false };
    for (const intention of ['running', 'stopped']) this.#commands.push({ ...lost, intention });
  }

  /**
   * What the host has confirmed: `running`, `stopped`, or null if there are unconfirmed commands that may have been
   * accepted.
   */
  get certain() {
    const last = this.#commands.findLastIndex((command) => command.isAccepted);
    const intention = this.#commands[last]?.intention ?? 'stopped';
    return this.#commands.slice(last + 1).every((command) => command.intention === intention) ? intention : null;
  }

  /** When the first stop was sent that may have ended a launch of the target with these times; null: none may have. */
  stopSentAt(intendedAt, goneAt) {
    const first = this.#commands.find((stop, index) => {
      if (stop.intention !== 'stopped' || stop.sentAt > goneAt) return false;
      if (stop.isAccepted && intendedAt > stop.answeredAt) return false; // it was carried out by then
      const isUndone = ({ intention, isAccepted, answeredAt }) =>
        intention === 'running' && isAccepted && answeredAt + STOP_LEFT_MS <= intendedAt;
      return !this.#commands.slice(index + 1).some(isUndone);
    });
    return first?.sentAt ?? null;
  }

  /** The times during which a command took effect: each begins a new series of launches. */
  get spans() {
    return this.#commands.map(({ sentAt, overAt }) => ({ from: sentAt, to: overAt ?? sentAt }));
  }
}

/** The faults of a run, with the times during which a host may refuse commands. */
export class Trouble {
  #spans = [];

  /** A fault begins. `type`: the problems that it may be a reason for. */
  begin(type = /./) {
    this.#spans.push({ from: Date.now(), to: null, refusesSince: null, keepsCommandsOut: false, type });
  }

  /** What is refused during this one has certainly changed nothing. */
  keepOut() {
    this.#spans.at(-1).keepsCommandsOut = true;
  }

  /** From now on every command has to be refused. */
  refuses() {
    this.#spans.at(-1).refusesSince = Date.now();
  }

  /** Its cause is gone; commands may be refused until the host has noticed. */
  mended() {
    const span = this.#spans.at(-1);
    if (span !== undefined && span.to === null) span.to = Infinity;
  }

  /** The host is healthy again. */
  end() {
    const span = this.#spans.at(-1);
    if (span !== undefined) span.to = Date.now();
  }

  /** The fault that was there at some moment between these times; null: none. */
  during(from, to) {
    return this.#spans.findLast((span) => span.from <= to && (span.to ?? Infinity) >= from) ?? null;
  }
}
