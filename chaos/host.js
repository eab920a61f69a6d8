import { spawn } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause, StepTimeoutError, within } from './patience.js';
import { childrenOf, signal } from './proc.js';

const READY_MS = 30_000;
const ANSWER_MS = 20_000;
/** On a machine that is busy, a process that was killed is not gone at once. */
const GONE_MS = 30_000;
const LEFT_MS = 60_000;
const TAIL = 4_000;
/** What a shell and `unshare` return for a program that was killed. */
const KILLED = 137;

/** One run of the host. */
export class HostProcess {
  #child;
  #stderr = '';
  #isWrapped;
  #answerMs;
  #readyMs;
  url = null;
  isOver = false;
  /** Whether this harness killed it. */
  isKilled = false;
  spawnedAt = Date.now();
  readyAt = null;

  /** `prefix`: a command that runs it as its child; `env`: more variables. Paths default to those of the plant. */
  constructor(
    plant,
    {
      number,
      crashAt = null,
      prefix = [],
      env: more = {},
      basePath,
      stateDir,
      answerMs = ANSWER_MS,
      readyMs = READY_MS,
    },
  ) {
    this.#answerMs = answerMs;
    this.#readyMs = readyMs;
    const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('COREDINATOR_'));
    const crash = crashAt === null ? {} : { COREDINATOR_CRASH_AT: crashAt };
    const main = join(plant.folder, 'package/dist/main.js');
    const paths = ['--base-path', basePath ?? plant.basePath, '--state-dir', stateDir ?? plant.stateDir];
    const [program, ...args] = [...prefix, process.execPath, main, ...paths, '--port', '0'];
    const env = { ...Object.fromEntries(kept), ...crash, ...more };
    this.logFile = join(plant.folder, 'hosts', `${number}.log`);
    this.#isWrapped = prefix.length > 0;
    this.#child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    this.ended = new Promise((resolve) => {
      // Processes that the host left behind may keep the pipe open, so 'exit' counts, not 'close'.
      this.#child.on('exit', (code, signal) => {
        this.isOver = true;
        resolve(this.#isWrapped && code === KILLED ? { code: null, signal: 'SIGKILL' } : { code, signal });
      });
    });
    this.#up = new Promise((resolve) => {
      this.#child.stderr.on('data', (chunk) => {
        this.#take(chunk.toString(), resolve);
      });
    });
  }

  #up;

  #take(text, ready) {
    appendFileSync(this.logFile, text);
    this.#stderr += text;
    const line = this.url === null && this.#stderr.split('\n').find((one) => one.includes('"msg":"ready"'));
    if (!line || !line.endsWith('}')) return;
    this.url = JSON.parse(line).url;
    this.readyAt = Date.now();
    this.bootMs = this.readyAt - this.spawnedAt;
    ready(true);
  }

  /** The process of the host itself, as seen from here. */
  get pid() {
    return this.#isWrapped ? (childrenOf(this.#child.pid)[0] ?? this.#child.pid) : this.#child.pid;
  }

  /** The end of its output. */
  get tail() {
    return this.#stderr.slice(-TAIL);
  }

  /** Resolves with how it ended, which something else has seen to. */
  gone() {
    return within(GONE_MS, this.ended, 'a host to be gone');
  }

  /** True once the API is ready, false if the host ended before. */
  ready() {
    return within(this.#readyMs, Promise.race([this.#up, this.ended.then(() => false)]), 'the host to be ready');
  }

  async kill() {
    this.isKilled = !this.isOver;
    if (!this.isOver) signal(this.pid, 'SIGKILL');
    return this.gone();
  }

  /** Sends SIGTERM; resolves with how it ended. */
  async leave() {
    this.#child.kill('SIGTERM');
    return within(LEFT_MS, this.ended, 'the host to exit on SIGTERM');
  }

  /** The response; null if the host ended before. */
  async request(method, path, body) {
    const json =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        signal: AbortSignal.timeout(this.#answerMs),
        ...json,
      });
      return { status: response.status, body: await response.json() };
    } catch (error) {
      if (error.name === 'TimeoutError') {
        throw new StepTimeoutError(`No response to ${method} ${path} within ${this.#answerMs} ms.`, { cause: error });
      }
      if (!this.isOver) await Promise.race([this.ended, pause(2_000)]);
      if (this.isOver) return null;
      throw new Error(`${method} ${path} failed although the host is alive.`, { cause: error });
    }
  }

  async get(path) {
    return this.request('GET', path);
  }

  /** Every service; null if the host has ended. */
  async services() {
    return (await this.get('/api/services?limit=1000'))?.body.services ?? null;
  }

  /** Every event of a type; by default of all types. */
  async history(type = null) {
    const events = [];
    const only = type === null ? '' : `&type=${type}`;
    for (let after = 0; after !== null;) {
      const answer = await this.get(`/api/events/history?limit=1000&after=${after}${only}`);
      if (answer === null) throw new Error(`The host ended while its history was read: ${this.tail}`);
      events.push(...answer.body.events);
      after = answer.body.next;
    }
    return events;
  }

  /** Keeps beside its log what it says of itself, for whoever looks at a loss. */
  async keepAnswers() {
    try {
      const [health, services] = [await this.get('/api/healthcheck'), await this.services()];
      const answers = { at: new Date(), health, services, events: await this.history() };
      writeFileSync(this.logFile.replace(/log$/, 'json'), JSON.stringify(answers, null, 2));
    } catch {
      // It has ended, or does not respond; its log shows that.
    }
  }
}
