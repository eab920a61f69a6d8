import { statSync } from 'node:fs';
import { join } from 'node:path';
import { HERE, type Launch } from '../../model/process.ts';
import type { StopSpec } from '../../model/spec.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { LaunchLedger } from '../../ports/launch-ledger.ts';
import type { Orphan, OrphanPolicy } from '../../ports/process-host.ts';
import type { ExitRecord } from '../../launching/exit-record.ts';
import { readExit, readRequest } from '../files/launch-files.ts';
import { runFolder, type Layout } from '../files/layout.ts';
import { guaranteesOf } from '../launch/shim-kind.ts';
import type { Trees } from '../tree/process-trees.ts';
import type { TreeContext } from '../tree/tree-context.ts';
import { searchFolder, searchTags, type Finding } from './find-orphans.ts';
import { Claimants, type OwnInstance } from './claimants.ts';
import { HeldOrphan } from './held-orphan.ts';
import { taggedProcesses } from './tagged-processes.ts';

const MAX_NAMED = 20;

export interface OrphansOptions {
  readonly trees: Trees;
  readonly ledger: LaunchLedger;
  /** The boot that launches must belong to; null: the records are from another instance, so none can be adopted. */
  readonly bootId: string | null;
  readonly own: OwnInstance;
  readonly policy: OrphanPolicy;
}

type Found = Extract<Finding, { readonly type: 'orphan' }>;

/**
 * Launches of this instance that the ledger does not know. Whatever the policy, no other generation of the service is
 * launched while one is alive, and its files stay where they are unless it is entered in the ledger.
 */
export class Orphans {
  readonly #options: OrphansOptions;
  readonly #context: TreeContext;
  readonly #held = new Map<ServiceId, HeldOrphan[]>();
  readonly #generations = new Map<ServiceId, number>();
  readonly #reported: Orphan[] = [];
  #isUnreadable: (launchId: LaunchId) => boolean = () => false;

  constructor(options: OrphansOptions) {
    const { layout, exitsFolder, livenessPoll, mainRounds, table, outputs, log, clock, unreadable, unkillable } =
      options.trees;
    this.#options = options;
    this.#context = {
      ...{ layout, exitsFolder, livenessPoll, mainRounds, table, outputs, log, clock, unreadable, unkillable },
      shimDied: () => undefined,
      ended: ({ launchId, serviceId }, exit) => {
        log.warn({ launchId, service: serviceId, exit }, 'an orphan process has ended');
      },
      cleared: () => undefined,
    };
  }

  /**
   * Searches the launches that the ledger does not know and the tags of all processes. Runs once, after the adoption.
   */
  async take(unknown: readonly LaunchId[], unreadable: (launchId: LaunchId) => boolean): Promise<void> {
    this.#isUnreadable = unreadable;
    const { trees, own, bootId } = this.#options;
    const tagged = taggedProcesses(trees.pids());
    const claimants = new Claimants(own);
    const context = { layout: this.#context.layout, bootId };
    for (const launchId of unknown) this.#noteRequest(launchId);
    const findings = await Promise.all(
      unknown.map((launchId) => searchFolder(launchId, tagged.get(launchId) ?? [], context)),
    );
    const explained = new Set(unknown);
    for (const [launchId, family] of tagged) {
      const isOthers = family.every((one) => claimants.of(one) === 'theirs');
      if (!isOthers && !explained.has(launchId) && !trees.has(launchId)) findings.push(searchTags(launchId, family));
    }
    await this.#handle(findings);
  }

  /** Ended launches count too: a generation identifies one process permanently. */
  #noteRequest(launchId: LaunchId): void {
    const request = readRequest(this.#context.layout, launchId);
    if (request !== null) this.#note(request.serviceId, request.generation);
  }

  #note(serviceId: ServiceId, generation: number): void {
    this.#generations.set(serviceId, Math.max(generation, this.newestGeneration(serviceId)));
  }

  /**
   * Handles services in parallel, because each would otherwise need its own commit. The newest launch of a service
   * comes first, since only that can be adopted.
   */
  async #handle(findings: readonly Finding[]): Promise<void> {
    const ended: LaunchId[] = [];
    const orphans = new Map<ServiceId, Found[]>();
    for (const finding of findings) {
      switch (finding.type) {
        case 'ended':
          ended.push(finding.launchId);
          break;
        case 'nameless':
          this.#notify({ ...finding, serviceId: null, generation: null }, 'reported', 'its service is unknown');
          break;
        case 'orphan': {
          const { serviceId, generation } = finding.origin;
          this.#note(serviceId, generation);
          orphans.set(serviceId, [...(orphans.get(serviceId) ?? []), finding]);
        }
      }
    }
    this.#list(ended);
    await Promise.all([...orphans.values()].map((found) => this.#handleService(found)));
  }

  async #handleService(orphans: readonly Found[]): Promise<void> {
    const newestFirst = [...orphans].sort((one, other) => other.origin.generation - one.origin.generation);
    for (const orphan of newestFirst) await this.#handleOne(orphan);
  }

  async #handleOne(found: Found): Promise<void> {
    const { origin, pid } = found;
    const about = { ...origin, pid };
    // The ledger may know it: nothing is done to it that could not be undone once its records are readable.
    const policy = this.#isUnreadable(origin.launchId) ? 'report' : this.#options.policy;
    const obstacle = policy === 'adopt' ? await this.#adopt(found) : null;
    if (policy === 'adopt' && obstacle === null) {
      this.#notify(about, 'adopted', 'it was entered in the ledger and is supervised again');
      return;
    }
    const held = new HeldOrphan(origin, this.#context, found.request !== null);
    this.#held.set(origin.serviceId, [...(this.#held.get(origin.serviceId) ?? []), held]);
    if (policy === 'kill') {
      void held.end();
      this.#notify(about, 'killed', 'it is being killed because of --orphans kill');
    } else {
      this.#notify(about, 'reported', `${obstacle ?? 'it is left alone'}; ${this.#remedyFor(held)}`);
    }
  }

  /** Enters it in the ledger; returns null on success, else the reason why not. */
  async #adopt({ origin, request }: Found): Promise<string | null> {
    const { trees, ledger, bootId } = this.#options;
    const { launchId, serviceId, generation, main, kind, shim, stop, outputBuffer } = origin;
    if (request === null || main === null || bootId === null)
      return 'its records are incomplete, so it cannot be adopted';
    const status = trees.status.get(serviceId);
    if (status?.status === 'alive' || (status !== null && status.generation >= generation)) {
      return `the ledger knows generation ${status.generation} of the service, so it cannot be adopted`;
    }
    const { executablePath, version } = request;
    const madeAt = statSync(join(runFolder(this.#context.layout, launchId), 'request'), {
      throwIfNoEntry: false,
    })?.mtimeMs;
    const launchedAt = Math.round(madeAt ?? this.#context.clock.now());
    const who = {
      launchId,
      serviceId,
      generation,
      pid: main.pid,
      startTime: main.start,
      place: null,
      executablePath,
      version,
    };
    try {
      await trees.retryLedgerWrites(serviceId);
      await ledger.intend({ ...who, state: 'running', shim: kind, bootId, intendedAt: launchedAt, exit: null });
    } catch (error) {
      return `it cannot be entered in the ledger (${error instanceof Error ? error.message : String(error)})`;
    }
    const launch: Launch = { ...who, ...HERE, launchedAt, guarantees: guaranteesOf(kind, outputBuffer) };
    const rest = { isMainOver: false, isInLedger: true, hasNoProcesses: false };
    const tree = trees.adopt({ launchId, serviceId, kind, shim, main, stop, launch, ...rest });
    if (kind !== 'native') tree.check(); // no pipe reports whether it is alive
    return null;
  }

  #notify(
    about: Pick<Orphan, 'launchId' | 'serviceId' | 'generation' | 'pid'>,
    fate: Orphan['fate'],
    what: string,
  ): void {
    const { launchId, serviceId, generation, pid } = about;
    const whose = serviceId === null ? 'this instance' : `service "${serviceId}" (generation ${generation ?? '?'})`;
    const reason = `Process ${pid} of ${whose} is alive, but not in the ledger: ${what}.`;
    const foundAt = this.#context.clock.now();
    this.#reported.push({ launchId, serviceId, generation, pid, place: null, fate, foundAt, reason });
    this.#context.log.warn({ launchId, service: serviceId, generation, pid, fate }, reason);
  }

  /** Ended launches stay on disk, since nothing else says how they ended; an operator may examine and delete them. */
  #list(launchIds: readonly LaunchId[]): void {
    if (launchIds.length === 0) return;
    const { layout, log } = this.#context;
    const named = launchIds.slice(0, MAX_NAMED);
    const ends = named.map((launchId) => ({ launchId, exit: exitIfReadable(layout, launchId) }));
    log.warn(
      { folder: layout.run, count: launchIds.length, launches: named, ends },
      'found ended launches that are not in the ledger; their files are kept',
    );
  }

  /** Every live orphan that was found, and what was done with it. */
  all(): readonly Orphan[] {
    return this.#reported;
  }

  /** The orphans that are left alone and still alive. */
  held(): readonly Orphan[] {
    return this.#reported.filter(
      ({ launchId, serviceId, fate }) =>
        fate === 'reported' &&
        serviceId !== null &&
        this.#heldOf(serviceId).some((held) => held.origin.launchId === launchId && held.living() !== null),
    );
  }

  /** Without those that are supervised: the ledger knew them, although their records could not be read at first. */
  #heldOf(serviceId: ServiceId): readonly HeldOrphan[] {
    const held = this.#held.get(serviceId) ?? [];
    return held.filter(({ origin }) => !this.#options.trees.has(origin.launchId));
  }

  /** What an operator can do about an orphan that stays alive. */
  #remedyFor({ canBeAdopted }: HeldOrphan): string {
    const stop = 'stop the service to end it';
    const isAdoptable = canBeAdopted && this.#options.policy !== 'adopt';
    return isAdoptable ? `restart the host with --orphans adopt to take it over, or ${stop}` : stop;
  }

  /** The highest generation of a service in the records of unknown launches; 0: none. */
  newestGeneration(serviceId: ServiceId): number {
    return this.#generations.get(serviceId) ?? 0;
  }

  /** Why a service must not be launched now; null if it has no live orphan that is left alone. */
  reasonAgainst(serviceId: ServiceId): string | null {
    for (const held of this.#heldOf(serviceId)) {
      const living = held.living();
      if (living === null) continue;
      const who = `Process ${living.pid} of service "${serviceId}" (generation ${held.origin.generation})`;
      return `${who} is alive, but not in the ledger, so the service is not launched a second time; ${this.#remedyFor(held)}.`;
    }
    return null;
  }

  /** Stops the orphans of a service; by default with the stop spec of their launches. */
  async endAll(serviceId: ServiceId, stop?: StopSpec): Promise<void> {
    const held = this.#held.get(serviceId) ?? [];
    await Promise.all(held.map((orphan) => orphan.end(stop)));
    this.#held.delete(serviceId);
  }

  close(): void {
    for (const held of this.#held.values()) for (const orphan of held) orphan.close();
  }
}

function exitIfReadable(layout: Layout, launchId: LaunchId): ExitRecord | null {
  try {
    return readExit(layout, launchId);
  } catch {
    return null; // reported elsewhere, if it matters
  }
}
