import { setTimeout as pause } from 'node:timers/promises';
import { transient } from '../../launching/transient-failure.ts';
import type { LaunchFailure, ShimKind } from '../../model/process.ts';
import type { LaunchId } from '../../model/values/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { LaunchRequest } from '../../ports/process-host.ts';
import { followClaimed } from '../files/await-claim.ts';
import { readClaim, readShimClaim, removeRecords, revoke } from '../files/launch-files.ts';
import type { Layout } from '../files/layout.ts';
import { NOBODY, type Identity } from '../os/process-identity.ts';
import type { Tree } from '../tree/process-tree.ts';
import type { TreeOrigin } from '../tree/tree-context.ts';
import { errorName, failureOf, type Refusal } from './failure.ts';
import { reasonInFile } from './program-file.ts';
import { guaranteesOf } from './shim-kind.ts';
import { subjectOf } from './shim-request.ts';
import type { Report, ShimRequest } from './shims.ts';

/** What launch results share. */
export interface LaunchResultContext {
  readonly layout: Layout;
  readonly clock: Clock;
  readonly log: Log;
  /** Looks after a claimed launch from now on. */
  adopt(origin: TreeOrigin): Tree;
}

/** How far a launch came: a tree with its launch, or why there is none. */
export type LaunchResult = Tree | LaunchFailure;

/** The end of a launch that nobody wants any more. */
export const STOPPED = transient('ESTOPPED', 'The launch was stopped before its program ran.');

const REVOKE_AGAIN_MS = 250;

/** Makes of a shim's report what came of its launch. */
export class LaunchResultReader {
  readonly #context: LaunchResultContext;
  readonly #kind: ShimKind;
  readonly #request: LaunchRequest;
  readonly #shimRequest: ShimRequest;

  constructor(request: LaunchRequest, shimRequest: ShimRequest, kind: ShimKind, context: LaunchResultContext) {
    this.#request = request;
    this.#shimRequest = shimRequest;
    this.#kind = kind;
    this.#context = context;
  }

  get #launchId(): LaunchId {
    return this.#shimRequest.launchId;
  }

  async land(report: Report): Promise<LaunchResult> {
    switch (report.type) {
      case 'launched':
        return this.#adopt(report.main);
      case 'refused':
        this.#leaveRest(true);
        return this.#refusal(report);
      case 'none':
        return this.#landByFiles(report.reason);
    }
  }

  /** No report: whoever links the claim first decides. */
  async #landByFiles(reason: string): Promise<LaunchResult> {
    const { layout } = this.#context;
    const { serviceId } = this.#request;
    const failure = transient('ETIMEDOUT', `The launch of the service "${serviceId}" did not come up. ${reason}`);
    if (await this.#isRevokedNow()) return failure;
    const claim = readClaim(layout, this.#launchId);
    if (claim?.owner === 'revoked') return STOPPED; // a stop was first
    const claimed = await followClaimed(layout, this.#launchId, claim?.shim ?? NOBODY);
    switch (claimed.type) {
      case 'main':
        return this.#adopt(claimed.main);
      case 'refused':
        this.#leaveRest(true);
        return this.#refusal(claimed.record.refusal ?? { step: 'exec', errno: claimed.record.execErrno });
      case 'lost':
      case 'stuck':
        void this.#leaveRest(false)?.end({ signal: 'SIGKILL', graceMs: 0 });
        return failure;
    }
  }

  /** Tries until it is known: to guess wrong would leave a process that nobody knows of. */
  async #isRevokedNow(): Promise<boolean> {
    const { layout, log } = this.#context;
    for (;;) {
      try {
        return revoke(layout, this.#launchId);
      } catch (error) {
        log.warn({ err: error, launchId: this.#launchId }, 'A launch cannot be revoked yet.');
        if (readClaim(layout, this.#launchId) !== null) return false;
        await pause(REVOKE_AGAIN_MS);
      }
    }
  }

  #refusal(refusal: Refusal): LaunchFailure {
    const subject = subjectOf(refusal, this.#shimRequest);
    const found = refusal.step === 'exec' ? reasonInFile(subject, errorName(refusal.errno)) : null;
    return failureOf(refusal.step, refusal.errno, subject, found);
  }

  /** Looks after a shim that claimed and has nothing to run, until it has left; without a claim nothing can come. */
  #leaveRest(hasNoProcesses: boolean): Tree | null {
    const { layout } = this.#context;
    const claim = readShimClaim(layout, this.#launchId);
    if (claim !== null)
      return this.#context.adopt({ ...this.#origin(claim.shim, null), isMainOver: true, hasNoProcesses });
    removeRecords(layout, this.#launchId);
    return null;
  }

  #adopt(main: Identity): Tree {
    // If somebody tore the claim away the process is as good as an orphan, but it is known.
    const shim = readShimClaim(this.#context.layout, this.#launchId)?.shim ?? NOBODY;
    const { serviceId, generation, executablePath, version } = this.#request;
    const who = { launchId: this.#launchId, serviceId, generation, pid: main.pid, startTime: main.start };
    const guarantees = guaranteesOf(this.#kind);
    const launch = { ...who, executablePath, version, launchedAt: this.#context.clock.now(), guarantees };
    return this.#context.adopt({ ...this.#origin(shim, main), launch });
  }

  #origin(shim: Identity, main: Identity | null): TreeOrigin {
    const { serviceId, stop } = this.#request;
    const rest = { launch: null, isMainOver: false, isInLedger: false, hasNoProcesses: false };
    return { launchId: this.#launchId, serviceId, kind: this.#kind, shim, main, stop, ...rest };
  }
}
