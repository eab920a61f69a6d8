import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Launch } from '../../model/process.ts';
import type { StopSpec } from '../../model/spec.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { LaunchLedger } from '../../ports/launch-ledger.ts';
import type { Orphan, OrphanPolicy } from '../../ports/process-host.ts';
import { readExit, readRequest } from '../files/launch-files.ts';
import { runFolder } from '../files/layout.ts';
import { guaranteesOf } from '../launch/shim-kind.ts';
import type { Trees } from '../tree/process-trees.ts';
import type { TreeContext } from '../tree/tree-context.ts';
import { searchFolder, searchTags, type Finding } from './find-orphans.ts';
import { Claimants, type OwnInstance } from './claimants.ts';
import { HeldOrphan } from './held-orphan.ts';
import { taggedProcesses } from './tagged-processes.ts';

const MOST_NAMED = 20;

/** What orphans are looked for and handled by. */
export interface OrphansOptions {
  readonly trees: Trees;
  readonly ledger: LaunchLedger;
  /** The boot that launches must belong to; null: no launch on record is of this instance, so that none can be adopted. */
  readonly bootId: string | null;
  readonly own: OwnInstance;
  readonly policy: OrphanPolicy;
}

type Found = Extract<Finding, { readonly type: 'orphan' }>;

/**
 * Launches of this instance that the ledger does not know. Whatever the policy, what lives of one is never joined by a second
 * generation of its service, and its files stay where they are unless the ledger takes it in.
 */
export class Orphans {
  readonly #options: OrphansOptions;
  readonly #context: TreeContext;
  readonly #held = new Map<ServiceId, HeldOrphan[]>();
  readonly #generations = new Map<ServiceId, number>();
  readonly #reported: Orphan[] = [];

  constructor(options: OrphansOptions) {
    const { layout, livenessPoll, table, log, clock, unreadable } = options.trees;
    this.#options = options;
    this.#context = {
      ...{ layout, livenessPoll, table, log, clock, unreadable },
      shimDied: () => undefined,
      ended: ({ launchId, serviceId }, exit) => {
        log.warn({ launchId, service: serviceId, exit }, 'A process that the ledger does not know has ended.');
      },
      cleared: () => undefined,
    };
  }

  /** Looks at the launches that the ledger could not explain and at the marks of all processes. Runs once, after the adoption. */
  async take(unknown: readonly LaunchId[]): Promise<void> {
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

  /** What has ended counts too: a generation names one process for ever. */
  #noteRequest(launchId: LaunchId): void {
    const request = readRequest(this.#context.layout, launchId);
    if (request !== null) this.#note(request.serviceId, request.generation);
  }

  #note(serviceId: ServiceId, generation: number): void {
    this.#generations.set(serviceId, Math.max(generation, this.newestGeneration(serviceId)));
  }

  /** One service after the other would be a commit for each; of one service the newest comes first, and only it can be adopted. */
  async #handle(findings: readonly Finding[]): Promise<void> {
    const ended: LaunchId[] = [];
    const orphans = new Map<ServiceId, Found[]>();
    for (const finding of findings) {
      switch (finding.type) {
        case 'ended':
          ended.push(finding.launchId);
          break;
        case 'nameless':
          this.#notify({ ...finding, serviceId: null, generation: null }, 'reported', 'its service is not known');
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
    const { policy } = this.#options;
    const obstacle = policy === 'adopt' ? await this.#adopt(found) : null;
    if (policy === 'adopt' && obstacle === null) {
      this.#notify(about, 'adopted', 'it was entered in the ledger and is supervised again');
      return;
    }
    const held = new HeldOrphan(origin, this.#context, found.request !== null);
    this.#held.set(origin.serviceId, [...(this.#held.get(origin.serviceId) ?? []), held]);
    if (policy === 'kill') {
      void held.end();
      this.#notify(about, 'killed', 'it is being ended, as --orphans kill asks for');
    } else {
      this.#notify(about, 'reported', `${obstacle ?? 'it is left alone'}; ${this.#remedyFor(held)}`);
    }
  }

  /** Enters it in the ledger; null when that is done, else why it cannot be. */
  async #adopt({ origin, request }: Found): Promise<string | null> {
    const { trees, ledger, bootId } = this.#options;
    const { launchId, serviceId, generation, main, kind, shim, stop } = origin;
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
    const who = { launchId, serviceId, generation, pid: main.pid, startTime: main.start, executablePath, version };
    try {
      await trees.retryLedgerWrites(serviceId);
      await ledger.intend({ ...who, state: 'running', shim: kind, bootId, intendedAt: launchedAt, exit: null });
    } catch (error) {
      return `it cannot be written down (${error instanceof Error ? error.message : String(error)})`;
    }
    const launch: Launch = { ...who, launchedAt, guarantees: guaranteesOf(kind) };
    const rest = { isMainOver: false, isInLedger: true, hasNoProcesses: false };
    const tree = trees.adopt({ launchId, serviceId, kind, shim, main, stop, launch, ...rest });
    if (kind !== 'native') tree.look(); // no pipe has told yet whether it lives
    return null;
  }

  #notify(
    about: Pick<Orphan, 'launchId' | 'serviceId' | 'generation' | 'pid'>,
    fate: Orphan['fate'],
    what: string,
  ): void {
    const { launchId, serviceId, generation, pid } = about;
    const whose = serviceId === null ? 'this instance' : `service "${serviceId}" (generation ${generation ?? '?'})`;
    const reason = `Process ${pid} of ${whose} is alive but not in the ledger: ${what}.`;
    this.#reported.push({ launchId, serviceId, generation, pid, fate, foundAt: this.#context.clock.now(), reason });
    this.#context.log.warn({ launchId, service: serviceId, generation, pid, fate }, reason);
  }

  /** What is over stays on disk, since nothing else tells how it ended; a person may look at it and remove it. */
  #list(launchIds: readonly LaunchId[]): void {
    if (launchIds.length === 0) return;
    const { layout, log } = this.#context;
    const named = launchIds.slice(0, MOST_NAMED);
    const ends = named.map((launchId) => ({ launchId, exit: readExit(layout, launchId) }));
    log.warn(
      { folder: layout.run, count: launchIds.length, launches: named, ends },
      'There are ended launches that the ledger does not know; their records are kept.',
    );
  }

  /** Every living orphan that was found, and what became of it. */
  all(): readonly Orphan[] {
    return this.#reported;
  }

  /** The orphans that are left alone and still alive. */
  held(): readonly Orphan[] {
    return this.#reported.filter(
      ({ launchId, serviceId, fate }) =>
        fate === 'reported' &&
        serviceId !== null &&
        this.#held.get(serviceId)?.some((held) => held.origin.launchId === launchId && held.living() !== null) === true,
    );
  }

  /** What a person can do about an orphan that stays alive. */
  #remedyFor({ canBeAdopted }: HeldOrphan): string {
    const stop = 'stop the service to end it';
    const isAdoptable = canBeAdopted && this.#options.policy !== 'adopt';
    return isAdoptable ? `restart the host with --orphans adopt to take it over, or ${stop}` : stop;
  }

  /** The highest generation of a service that the records of unknown launches speak of; 0: none. */
  newestGeneration(serviceId: ServiceId): number {
    return this.#generations.get(serviceId) ?? 0;
  }

  /** Why a service must not be launched now; null when no untouched orphan of it lives. */
  reasonAgainst(serviceId: ServiceId): string | null {
    for (const held of this.#held.get(serviceId) ?? []) {
      const living = held.living();
      if (living === null) continue;
      const who = `Process ${living.pid} of service "${serviceId}" (generation ${held.origin.generation})`;
      return `${who} is alive but not in the ledger, so the service is not launched beside it; ${this.#remedyFor(held)}.`;
    }
    return null;
  }

  /** Ends what is left of a service; by default as its launches asked for. */
  async endAll(serviceId: ServiceId, stop?: StopSpec): Promise<void> {
    const held = this.#held.get(serviceId) ?? [];
    await Promise.all(held.map((orphan) => orphan.end(stop)));
    this.#held.delete(serviceId);
  }

  close(): void {
    for (const held of this.#held.values()) for (const orphan of held) orphan.close();
  }
}
