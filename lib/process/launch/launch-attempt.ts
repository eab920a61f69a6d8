import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { logFolder } from '../../launching/log-layout.ts';
import type { Slots } from '../../launching/slots.ts';
import { transient } from '../../launching/transient-failure.ts';
import type { LaunchFailure, LaunchOutcome } from '../../model/process.ts';
import { parseLaunchId, type LaunchId, type ServiceId } from '../../model/values/ids.ts';
import type { ReachCrashPoint } from '../../ports/crash-points.ts';
import type { LaunchEntry, LaunchLedger } from '../../ports/launch-ledger.ts';
import type { LaunchRequest } from '../../ports/process-host.ts';
import { removeRecords, revoke, writeRequest } from '../files/launch-files.ts';
import { runFolder } from '../files/layout.ts';
import { codeOf } from '../os/error-code.ts';
import { Tree } from '../tree/process-tree.ts';
import { LaunchResultReader, STOPPED, type LaunchResult, type LaunchResultContext } from './launch-result.ts';
import { shimRequestOf, unusableOf } from './shim-request.ts';
import type { Shims } from './shims.ts';

/** What launches share. */
export interface LaunchContext extends LaunchResultContext {
  readonly shims: Shims;
  readonly slots: Slots;
  readonly ledger: LaunchLedger;
  readonly basePath: string;
  readonly bootId: string;
  readonly environment: (request: LaunchRequest, launchId: LaunchId) => Readonly<Record<string, string>>;
  readonly crashPoint?: ReachCrashPoint | undefined;
  /** Sees to it that the ledger learns that the launch never began. */
  revoked(launch: { readonly launchId: LaunchId; readonly serviceId: ServiceId; readonly generation: number }): void;
}

/** Ends what the launch before has left behind; gives why that cannot be done now. */
export type Clear = () => Promise<LaunchFailure | null>;

/** One launch under way. */
export class LaunchAttempt {
  readonly launchId = parseLaunchId(randomUUID().replaceAll('-', ''));
  /** Resolves at the end of it, with the tree if there is one. */
  readonly settled: Promise<Tree | null>;
  readonly #request: LaunchRequest;
  readonly #context: LaunchContext;
  readonly #revoked: Promise<'revoked'>;
  #settle: (tree: Tree | null) => void = () => undefined;
  #notifyRevoked: () => void = () => undefined;
  #isUnwanted = false;
  #isRequested = false;

  constructor(request: LaunchRequest, context: LaunchContext) {
    this.#request = request;
    this.#context = context;
    this.settled = new Promise((resolve) => (this.#settle = resolve));
    this.#revoked = new Promise((resolve) => {
      this.#notifyRevoked = () => {
        resolve('revoked');
      };
    });
  }

  /** Goes no further unless its shim has been ordered already; whether it has. */
  giveUp(): boolean {
    this.#isUnwanted = true;
    return this.#isRequested;
  }

  /** Nobody wants it any more. It may come up all the same when its shim was first; then `settled` gives the tree. */
  cancel(): void {
    if (!this.giveUp()) return;
    try {
      if (revoke(this.#context.layout, this.launchId)) this.#notifyRevoked();
    } catch (error) {
      // It comes up, then, and is ended.
      this.#context.log.warn({ err: error, launchId: this.launchId }, 'A launch cannot be revoked.');
    }
  }

  /** Runs once. Never rejects. */
  async run(clear: Clear): Promise<LaunchOutcome> {
    const result = await this.#attempt(clear).catch((error: unknown) => this.#failed(error));
    const tree = result instanceof Tree ? result : null;
    this.#settle(tree);
    if (tree?.launch != null) return { type: 'launched', launch: tree.launch };
    const failure = result instanceof Tree || this.#isUnwanted ? STOPPED : result;
    return { type: 'refused', generation: this.#request.generation, failure };
  }

  async #attempt(clear: Clear): Promise<LaunchResult> {
    const failure = unusableOf(this.#request, this.#context.shims.kind) ?? (await clear());
    if (failure !== null) return failure;
    await this.#context.slots.enter();
    try {
      return this.#isUnwanted ? STOPPED : await this.#writeDown();
    } finally {
      this.#context.slots.leave();
    }
  }

  /** The intent is durable before anything can come of it. */
  async #writeDown(): Promise<LaunchResult> {
    try {
      await this.#context.ledger.intend(this.#entry());
      this.#context.crashPoint?.('after-intent');
    } catch (error) {
      return this.#failed(error, 'ESTORE');
    }
    const result = this.#isUnwanted
      ? STOPPED
      : await this.#shimRequest().catch((error: unknown) => this.#failed(error));
    if (result instanceof Tree) return result;
    this.#context.revoked({ ...this.#request, launchId: this.launchId });
    if (!this.#isRequested) removeRecords(this.#context.layout, this.launchId); // what was made of them before it failed
    return result;
  }

  #failed(error: unknown, code = codeOf(error) || 'EUNKNOWN'): LaunchFailure {
    const reason = error instanceof Error ? error.message : String(error);
    return transient(code, `Service "${this.#request.serviceId}" cannot be launched: ${reason}`);
  }

  async #shimRequest(): Promise<LaunchResult> {
    const { layout, shims, basePath, environment } = this.#context;
    const { serviceId, generation, stop, executablePath, version } = this.#request;
    const env = environment(this.#request, this.launchId);
    const shimRequest = shimRequestOf(this.#request, this.launchId, { layout, basePath, env });
    mkdirSync(logFolder(layout, serviceId), { recursive: true, mode: 0o700 });
    mkdirSync(runFolder(layout, this.launchId), { mode: 0o700 });
    writeRequest(layout, this.launchId, { serviceId, generation, stop, executablePath, version });
    const report = shims.start(shimRequest);
    this.#isRequested = true;
    this.#context.crashPoint?.('after-spawn');
    const first = await Promise.race([report, this.#revoked]);
    this.#context.crashPoint?.('after-claim');
    if (first !== 'revoked')
      return new LaunchResultReader(this.#request, shimRequest, shims.kind, this.#context).land(first);
    void report.then((late) => {
      // Only a shim that has said so has seen that it must not begin; until then its folder must stay.
      if (late.type === 'refused') removeRecords(layout, this.launchId);
    });
    return STOPPED;
  }

  #entry(): LaunchEntry {
    const { serviceId, generation, executablePath, version } = this.#request;
    const { shims, bootId, clock } = this.#context;
    return {
      launchId: this.launchId,
      serviceId,
      generation,
      state: 'intent',
      shim: shims.kind,
      bootId,
      executablePath,
      version,
      intendedAt: clock.now(),
      pid: null,
      startTime: null,
      exit: null,
    };
  }
}
