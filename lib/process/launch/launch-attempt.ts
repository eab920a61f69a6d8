import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { logFolder } from '../../launching/log-layout.ts';
import type { Slots } from '../../launching/slots.ts';
import { transient } from '../../launching/transient-failure.ts';
import type { LaunchFailure, LaunchOutcome } from '../../model/process.ts';
import { parseLaunchId, type LaunchId, type ServiceId } from '../../model/values/ids.ts';
import { isAsHost, type Account } from '../../model/values/run-as.ts';
import type { ReachCrashPoint } from '../../ports/crash-points.ts';
import type { LaunchEntry, LaunchLedger } from '../../ports/launch-ledger.ts';
import type { Accounts, LaunchRequest } from '../../ports/process-host.ts';
import { removeRecords, revoke, writeRequest } from '../files/launch-files.ts';
import { runFolder } from '../files/layout.ts';
import { codeOf } from '../os/error-code.ts';
import { isMissing } from '../../launching/launch-failure.ts';
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
  readonly accounts: Accounts;
  readonly environment: (
    request: LaunchRequest,
    launchId: LaunchId,
    account: Account | null,
  ) => Readonly<Record<string, string>>;
  readonly crashPoint?: ReachCrashPoint | undefined;
  /** Records in the ledger that the launch never happened. */
  revoked(launch: { readonly launchId: LaunchId; readonly serviceId: ServiceId; readonly generation: number }): void;
}

/** Ends what the previous launch left behind; returns why that is not possible now, or null. */
export type Clear = () => Promise<LaunchFailure | null>;

/** One launch in progress. */
export class LaunchAttempt {
  readonly launchId = parseLaunchId(randomUUID().replaceAll('-', ''));
  /** Resolves at the end of the attempt, with the tree if there is one. */
  readonly settled: Promise<Tree | null>;
  readonly #request: LaunchRequest;
  readonly #context: LaunchContext;
  readonly #revoked: Promise<'revoked'>;
  #settle: (tree: Tree | null) => void = () => undefined;
  #notifyRevoked: () => void = () => undefined;
  #isCancelled = false;
  #isRequested = false;
  /** Null: the account of the host. */
  #account: Account | null = null;

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

  /** Makes no further progress unless its shim was requested already; returns whether it was. */
  giveUp(): boolean {
    this.#isCancelled = true;
    return this.#isRequested;
  }

  /** Cancels it. If its shim was first, it still starts; then `settled` resolves with the tree. */
  cancel(): void {
    if (!this.giveUp()) return;
    try {
      if (revoke(this.#context.layout, this.launchId)) this.#notifyRevoked();
    } catch (error) {
      // Then it starts and is stopped.
      this.#context.log.warn({ err: error, launchId: this.launchId }, 'cannot revoke a launch');
    }
  }

  /** Runs once. Never rejects. */
  async run(clear: Clear): Promise<LaunchOutcome> {
    const result = await this.#attempt(clear).catch((error: unknown) => this.#failed(error));
    const tree = result instanceof Tree ? result : null;
    this.#settle(tree);
    if (tree?.launch != null) return { type: 'launched', launch: tree.launch };
    const failure = result instanceof Tree || this.#isCancelled ? STOPPED : result;
    return { type: 'refused', generation: this.#request.generation, failure };
  }

  async #attempt(clear: Clear): Promise<LaunchResult> {
    const refusal = unusableOf(this.#request, this.#context.shims.kind) ?? (await this.#chooseAccount());
    const failure = refusal ?? (await clear());
    if (failure !== null) return failure;
    await this.#context.slots.enter();
    try {
      return this.#isCancelled ? STOPPED : await this.#record();
    } finally {
      this.#context.slots.leave();
    }
  }

  async #chooseAccount(): Promise<LaunchFailure | null> {
    if (isAsHost(this.#request)) return null;
    const choice = await this.#context.accounts.choose(this.#request);
    if (choice?.type !== 'refused') {
      this.#account = choice?.account ?? null;
      return null;
    }
    const { code, reason } = choice;
    return transient(code, `Service "${this.#request.serviceId}" cannot be launched: ${reason}.`);
  }

  /** The intent is durable before a process can exist. */
  async #record(): Promise<LaunchResult> {
    try {
      const { revision = null, env } = this.#request;
      await this.#context.ledger.intend(this.#entry(), { revision, env });
      this.#context.crashPoint?.('after-intent');
    } catch (error) {
      return this.#failed(error, 'ESTORE');
    }
    const result = this.#isCancelled
      ? STOPPED
      : await this.#shimRequest().catch((error: unknown) =>
          this.#failed(error, isMissing(codeOf(error)) ? 'ESTATE' : undefined),
        );
    if (result instanceof Tree) return result;
    this.#context.revoked({ ...this.#request, launchId: this.launchId });
    if (!this.#isRequested) removeRecords(this.#context.layout, this.launchId); // the files created before it failed
    return result;
  }

  #failed(error: unknown, code = codeOf(error) || 'EUNKNOWN'): LaunchFailure {
    const reason = error instanceof Error ? error.message : String(error);
    return transient(code, `Service "${this.#request.serviceId}" cannot be launched: ${reason}`);
  }

  async #shimRequest(): Promise<LaunchResult> {
    const { layout, shims, basePath, environment } = this.#context;
    const { serviceId, generation, stop, executablePath, version } = this.#request;
    const account = this.#account;
    const env = environment(this.#request, this.launchId, account);
    const shimRequest = shimRequestOf(this.#request, this.launchId, { layout, basePath, env, account });
    makeLogFolder(logFolder(layout, serviceId));
    mkdirSync(runFolder(layout, this.launchId), { mode: 0o700 });
    const { maxLogBytes } = shimRequest;
    writeRequest(layout, this.launchId, { serviceId, generation, stop, maxLogBytes, executablePath, version });
    const report = shims.start(shimRequest);
    this.#isRequested = true;
    this.#context.crashPoint?.('after-spawn');
    const first = await Promise.race([report, this.#revoked]);
    this.#context.crashPoint?.('after-claim');
    if (first !== 'revoked')
      return new LaunchResultReader(this.#request, shimRequest, shims.kind, this.#context).read(first);
    void report.then((late) => {
      // Only a shim that reports this has seen that it must not start; until then its folder must stay.
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
      place: null,
      exit: null,
    };
  }
}

/** Not the folders above it: a state directory that was moved away would begin again, and could not be put back. */
function makeLogFolder(path: string): void {
  if (!existsSync(path)) mkdirSync(path, { mode: 0o700 });
}
