import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { exitOf } from '../../lib/launching/exit-record.ts';
import { logFolder } from '../../lib/launching/log-layout.ts';
import { DEFAULT_LOGS, DEFAULT_STOP } from '../../lib/model/spec.ts';
import { NO_LIMITS } from '../../lib/model/values/limits.ts';
import { followClaimed } from '../../lib/process/files/await-claim.ts';
import { readExit, readShimClaim, revoke, writeRequest } from '../../lib/process/files/launch-files.ts';
import { runFolder } from '../../lib/process/files/layout.ts';
import { environmentOf } from '../../lib/process/launch/environment.ts';
import { shimRequestOf } from '../../lib/process/launch/shim-request.ts';
import { isLiving, NO_PROCESS } from '../../lib/process/os/process-identity.ts';
import { command, watchAlive } from '../../lib/process/tree/alive-pipe.ts';

const SIGTERM = 15;
const NEVER = {
  generation: 0,
  restarts: 0,
  launch: null,
  boot: null,
  launched_at: null,
  pid: null,
  start: null,
  is_over: 1,
  exit: null,
};

/**
 * One service. `row` is what the database has of it, or will have after the next commit; `context` is what all services
 * share (main.js). A launch that cannot be made is an error that ends the program.
 */
export class Service {
  state = 'stopped';
  since = Date.now();
  isAdopted = false;
  outputBuffer = null;
  #context;
  #turn = Promise.resolve();
  #cleared = null;
  #timer = null;

  constructor(id, spec, row, context) {
    this.id = id;
    this.spec = spec;
    this.row = row ?? { id, wanted: Number(spec.autostart), ...NEVER };
    this.#context = context;
    this.lastExit = row?.exit == null ? null : JSON.parse(row.exit);
    this.executable = join(context.basePath, `${spec.executable}-${context.version}`);
  }

  /** The intention and the intent to launch are one commit: both are durable before the shim is asked for, and before the answer. */
  async start() {
    this.row.wanted = 1;
    if (this.state === 'stopped') this.#intend();
    await this.#context.store.save(this);
    this.#inTurn(() => this.#launch());
  }

  /** Resolves when none of its processes is left. */
  async stop() {
    this.row.wanted = 0;
    clearTimeout(this.#timer);
    await this.#context.store.save(this);
    await this.#inTurn(async () => {
      if (this.row.launch !== null) await this.#clear();
      this.readEnd();
      if (this.state === 'running') this.#ended(null);
      this.#enter('stopped');
    });
  }

  /** One after the other: a stop waits for a launch that has begun. */
  #inTurn(act) {
    return (this.#turn = this.#turn.then(act));
  }

  #enter(state) {
    this.state = state;
    this.since = Date.now();
  }

  #intend() {
    const { launches, boot } = this.#context;
    const { row } = this;
    launches.delete(row.launch);
    row.launch = randomUUID().replaceAll('-', '');
    launches.set(row.launch, this);
    row.generation += 1;
    Object.assign(row, { boot, launched_at: Date.now(), pid: null, start: null, is_over: 0 });
    this.#cleared = null;
    this.isAdopted = false;
    this.#enter('starting');
  }

  /** The launch whose intent is committed, unless a stop came first; a start during a stop has none yet. */
  async #launch() {
    if (this.row.wanted === 0) return;
    const { slots, shims, store } = this.#context;
    if (this.state === 'stopped') {
      this.#intend();
      await store.save(this);
    }
    if (this.state !== 'starting') return;
    await slots.enter();
    const report = await shims.start(this.#prepare());
    slots.leave();
    if (report.type !== 'launched') throw new Error(`${this.id} was not launched: ${JSON.stringify(report)}`);
    this.outputBuffer = report.shim?.outputBuffer ?? null;
    this.#runs(report.main);
    void store.save(this);
    this.readEnd(); // it may have ended already
  }

  #prepare() {
    const { layout, basePath, environment } = this.#context;
    const { id: serviceId, executable: executablePath } = this;
    const { launch, generation } = this.row;
    const stop = DEFAULT_STOP;
    const request = {
      serviceId,
      agentId: null,
      generation,
      executablePath,
      args: this.spec.args ?? [],
      env: this.spec.env,
      cwd: null,
    };
    Object.assign(request, { stop, limits: NO_LIMITS, maxLogBytes: DEFAULT_LOGS.maxBytes, output: 'separate' });
    const env = environmentOf(request, launch, null, environment);
    const shimRequest = shimRequestOf(request, launch, { layout, basePath, env, account: null });
    if (!existsSync(shimRequest.logFolder)) mkdirSync(logFolder(layout, serviceId), { mode: 0o700 });
    mkdirSync(shimRequest.runFolder, { mode: 0o700 });
    const { maxLogBytes } = shimRequest;
    writeRequest(layout, launch, {
      serviceId,
      generation,
      stop,
      maxLogBytes,
      executablePath,
      version: this.#context.version,
    });
    return shimRequest;
  }

  #runs({ pid, start }) {
    Object.assign(this.row, { pid, start });
    this.#enter('running');
  }

  /** Called when there may be an exit record. The exit is committed before the next launch, and that is 100 ms later. */
  readEnd() {
    if (this.state !== 'running') return;
    const record = readExit(this.#context.layout, this.row.launch);
    if (record !== null) this.#ended(record);
  }

  #ended(record) {
    const { launch } = this.row;
    this.lastExit = this.#describe(exitOf(record, this.#context.clock));
    if (this.spec.restart === 'never') this.row.wanted = 0;
    Object.assign(this.row, { pid: null, start: null, is_over: 1, exit: JSON.stringify(this.lastExit) });
    const isOver = Promise.all([this.#context.store.save(this), this.#clear()]);
    void isOver.then(() => this.#context.removal.remove(launch));
    if (this.row.wanted === 0) {
      this.#enter('stopped');
      return;
    }
    this.#enter('backoff');
    this.#timer = setTimeout(() => void this.#again(isOver), this.#context.delayMs);
  }

  /** In the form of the answers of the host. */
  #describe({ code, signal, at, isKnown, usage }) {
    const { generation, wanted, launched_at: begunAt } = this.row;
    const unasked = isKnown ? (signal === null ? 'code' : 'signal') : 'lost';
    const what = { code, signal, generation, class: wanted === 0 ? 'stopped' : unasked };
    const version = { version: this.#context.version, revision: this.spec.revision, because: null };
    const measured = { uptime_ms: at - begunAt, max_rss: usage?.maxRss ?? null, cpu_ms: usage?.cpuMs ?? null };
    return { ...what, ...version, at: new Date(at).toISOString(), ...measured };
  }

  async #again(isOver) {
    await isOver;
    if (this.state !== 'backoff' || this.row.wanted === 0) return;
    this.row.restarts += 1;
    this.#intend();
    await this.#context.store.save(this);
    await this.#inTurn(() => this.#launch());
  }

  /** Ends what is left of the last launch; resolves when its shim is gone, which goes after all of its tree. */
  #clear() {
    this.#cleared ??= new Promise((resolve) => {
      const folder = runFolder(this.#context.layout, this.row.launch);
      const pipe = watchAlive(folder, { gone: resolve, exit: () => undefined });
      if (pipe === null) resolve();
      else command(folder, `stop ${SIGTERM} ${DEFAULT_STOP.graceMs}`);
    });
    return this.#cleared;
  }

  /** Finds again what an earlier run of this program has launched, by pid and start time. */
  async adopt() {
    if (this.row.launch === null) return;
    this.#context.launches.set(this.row.launch, this);
    if (this.row.is_over === 1) {
      await this.#clear();
      this.#context.removal.remove(this.row.launch);
      return;
    }
    const main = this.row.pid === null ? await this.#claimed() : { pid: this.row.pid, start: this.row.start };
    if (main === null) return;
    this.isAdopted = true;
    this.#runs(main);
    if (this.row.boot === this.#context.boot && isLiving(main)) return;
    this.#ended(readExit(this.#context.layout, this.row.launch));
  }

  /** The process of a launch whose report nobody has read; null: there is none, and there never will be. */
  async #claimed() {
    const { layout } = this.#context;
    const { launch } = this.row;
    if (revoke(layout, launch)) return null;
    const claimed = await followClaimed(layout, launch, readShimClaim(layout, launch)?.shim ?? NO_PROCESS);
    if (claimed.type === 'main') return claimed.main;
    return claimed.type === 'ended' ? NO_PROCESS : null;
  }
}
