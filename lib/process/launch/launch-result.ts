import { setTimeout as pause } from 'node:timers/promises';
import { transient } from '../../launching/transient-failure.ts';
import { HERE, type LaunchFailure, type LocalShimKind } from '../../model/process.ts';
import type { LaunchId } from '../../model/values/ids.ts';
import { isAsHost, runAsLabel, type RunAs } from '../../model/values/run-as.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { LaunchRequest } from '../../ports/process-host.ts';
import { followClaimed } from '../files/await-claim.ts';
import { readClaim, readShimClaim, removeRecords, revoke, type ShimIdentity } from '../files/launch-files.ts';
import type { Layout } from '../files/layout.ts';
import { NO_PROCESS, type Identity } from '../os/process-identity.ts';
import type { Tree } from '../tree/process-tree.ts';
import type { TreeOrigin } from '../tree/tree-context.ts';
import { errorName, failureOf, type Refusal } from '../../launching/launch-failure.ts';
import { reasonInFile } from './program-file.ts';
import { guaranteesOf } from './shim-kind.ts';
import { subjectOf } from './shim-request.ts';
import type { Report, ShimRequest } from './shims.ts';

/** What launch results share. */
export interface LaunchResultContext {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly log: Log;
  /** Supervises a claimed launch from now on. */
  adopt(origin: TreeOrigin): Tree;
}

/** The result of a launch: a tree with its launch, or why there is none. */
export type LaunchResult = Tree | LaunchFailure;

/** The result of a cancelled launch. */
export const STOPPED = transient('ESTOPPED', 'The launch was stopped before its program ran.');

const REVOKE_AGAIN_MS = 250;

/** The reason if the system refused a program because of its user; null: it had another reason. */
function reasonOfUser(runAs: RunAs, code: string): string | null {
  if (isAsHost(runAs) || code !== 'EACCES') return null;
  return `${runAsLabel(runAs)} has no permission for it, or for a folder above it`;
}

/** Turns the report of a shim into the result of its launch. */
export class LaunchResultReader {
  readonly #context: LaunchResultContext;
  readonly #kind: LocalShimKind;
  readonly #request: LaunchRequest;
  readonly #shimRequest: ShimRequest;

  constructor(request: LaunchRequest, shimRequest: ShimRequest, kind: LocalShimKind, context: LaunchResultContext) {
    this.#request = request;
    this.#shimRequest = shimRequest;
    this.#kind = kind;
    this.#context = context;
  }

  get #launchId(): LaunchId {
    return this.#shimRequest.launchId;
  }

  async read(report: Report): Promise<LaunchResult> {
    switch (report.type) {
      case 'launched':
        return this.#adopt(report.main, report.shim);
      case 'refused':
        this.#leaveRest(true);
        return this.#refusal(report);
      case 'none':
        return this.#readFiles(report.reason);
    }
  }

  /** No report: the first to link the claim decides. */
  async #readFiles(reason: string): Promise<LaunchResult> {
    const { layout } = this.#context;
    const { serviceId } = this.#request;
    const failure = transient('ETIMEDOUT', `The launch of service "${serviceId}" failed. ${reason}`);
    if (await this.#isRevokedNow()) return failure;
    const claim = readClaim(layout, this.#launchId);
    if (claim?.owner === 'revoked') return STOPPED; // by a stop
    const claimed = await followClaimed(layout, this.#launchId, claim?.shim ?? NO_PROCESS);
    switch (claimed.type) {
      case 'main':
        return this.#adopt(claimed.main, claim);
      case 'ended':
        return this.#adopt({ pid: claimed.record.pid, start: '' }, claim);
      case 'refused':
        this.#leaveRest(true);
        return this.#refusal(claimed.record.refusal ?? { step: 'exec', errno: claimed.record.execErrno });
      case 'lost':
      case 'stuck':
        void this.#leaveRest(false)?.end({ signal: 'SIGKILL', graceMs: 0 });
        return failure;
    }
  }

  /** Tries until the answer is known: a wrong guess would leave an unknown process behind. */
  async #isRevokedNow(): Promise<boolean> {
    const { layout, log } = this.#context;
    for (;;) {
      try {
        return revoke(layout, this.#launchId);
      } catch (error) {
        log.warn({ err: error, launchId: this.#launchId }, 'cannot revoke a launch; retrying');
        if (readClaim(layout, this.#launchId) !== null) return false;
        await pause(REVOKE_AGAIN_MS);
      }
    }
  }

  #refusal(refusal: Refusal): LaunchFailure {
    const subject = subjectOf(refusal, this.#shimRequest);
    const code = errorName(refusal.errno);
    const found = refusal.step === 'exec' ? reasonInFile(subject, code) : null;
    const failure = failureOf(refusal.step, refusal.errno, subject, found ?? reasonOfUser(this.#request, code));
    // The user may lack access to a folder above the file: then a chmod helps, but not another file.
    return isAsHost(this.#request) || code !== 'EACCES' ? failure : { ...failure, isPermanent: false };
  }

  /**
   * Supervises a shim that claimed but has nothing to run, until it has exited; without a claim there is nothing to
   * wait for.
   */
  #leaveRest(hasNoProcesses: boolean): Tree | null {
    const { layout } = this.#context;
    const claim = readShimClaim(layout, this.#launchId);
    if (claim !== null)
      return this.#context.adopt({ ...this.#origin(claim.shim, null), isMainOver: true, hasNoProcesses });
    removeRecords(layout, this.#launchId);
    return null;
  }

  #adopt(main: Identity, known: ShimIdentity | null): Tree {
    const own = known ?? readShimClaim(this.#context.layout, this.#launchId);
    // If the claim was deleted too, the process has no known shim, but it is known itself.
    const shim = own?.shim ?? NO_PROCESS;
    const { serviceId, generation, executablePath, version } = this.#request;
    const who = { launchId: this.#launchId, serviceId, generation, pid: main.pid, startTime: main.start, ...HERE };
    const guarantees = guaranteesOf(this.#kind, own?.outputBuffer);
    const launch = { ...who, executablePath, version, launchedAt: this.#context.clock.now(), guarantees };
    return this.#context.adopt({ ...this.#origin(shim, main), launch });
  }

  #origin(shim: Identity, main: Identity | null): TreeOrigin {
    const { serviceId, stop } = this.#request;
    const rest = { launch: null, isMainOver: false, isInLedger: false, hasNoProcesses: false };
    return { launchId: this.#launchId, serviceId, kind: this.#kind, shim, main, stop, ...rest };
  }
}
