import { pause } from './patience.js';

/** Long enough for the host to read one request before the next one. */
const APART_MS = 40;
/** How long a stop may still affect a launch in progress after a later start was confirmed. */
const STOP_LEFT_MS = 1_000;

/** The commands to one target, with what the host has confirmed. */
export class Promised {
  #tally;
  #ledger;
  #commands = [];
  target;

  constructor(target, ledger, tally) {
    this.target = target;
    this.#ledger = ledger;
    this.#tally = tally;
  }

  get isBusy() {
    return this.#commands.some((command) => command.isUnderWay);
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
    const stopped = this.stop(host);
    await pause(APART_MS);
    await Promise.all([stopped, this.start(host)]);
  }

  async #send(host, intention, [path, body]) {
    const command = { intention, sentAt: Date.now(), answeredAt: null, isAccepted: false, isUnderWay: true };
    this.#commands.push(command);
    try {
      const answer = await host.request('POST', path, body);
      if (answer !== null) this.#answered(command, answer, path);
    } finally {
      command.isUnderWay = false;
    }
  }

  #answered(command, { status, body }, path) {
    const isUnknownIo = status === 404 && command.intention === 'stopped';
    command.answeredAt = Date.now();
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

  /**
   * What the host has confirmed: `running`, `stopped`, or null if there are unconfirmed commands that may have been
   * accepted.
   */
  get certain() {
    const last = this.#commands.findLastIndex((command) => command.isAccepted);
    const intention = this.#commands[last]?.intention ?? 'stopped';
    return this.#commands.slice(last + 1).every((command) => command.intention === intention) ? intention : null;
  }

  /** Whether a stop may have ended a process of the target that started and was gone at these times. */
  mayHaveStopped(startedAt, goneAt) {
    return this.#commands.some((stop, index) => {
      if (stop.intention !== 'stopped' || stop.sentAt > goneAt) return false;
      const isUndone = ({ intention, isAccepted, answeredAt }) =>
        intention === 'running' && isAccepted && answeredAt + STOP_LEFT_MS <= startedAt;
      return !this.#commands.slice(index + 1).some(isUndone);
    });
  }
}
