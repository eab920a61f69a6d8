import type { LocalShimKind } from '../../model/process.ts';
import type { StopSpec } from '../../model/spec.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import { livingAmong, type Identity } from '../os/process-identity.ts';
import { Tree } from '../tree/process-tree.ts';
import type { TreeContext } from '../tree/tree-context.ts';

/** What is known of a launch with live processes and without a ledger entry. */
export interface OrphanOrigin {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly kind: LocalShimKind;
  readonly shim: Identity;
  readonly main: Identity | null;
  /** All of its processes that were seen alive, including the shim. */
  readonly members: readonly Identity[];
  readonly stop: StopSpec;
  /** The size of the pipes for its output; null: unknown, or there are none. */
  readonly outputBuffer: number | null;
}

/** An orphan that is left alone until its service is stopped. Its files stay: no ledger entry has their content. */
export class HeldOrphan {
  readonly origin: OrphanOrigin;
  /** Its records are complete, so that another policy would adopt it. */
  readonly canBeAdopted: boolean;
  readonly #context: TreeContext;
  #tree: Tree | null = null;

  constructor(origin: OrphanOrigin, context: TreeContext, canBeAdopted: boolean) {
    this.origin = origin;
    this.#context = context;
    this.canBeAdopted = canBeAdopted;
  }

  /** One of its live processes; null if there is none, or if it is being stopped. */
  living(): Identity | null {
    if (this.#tree !== null) return null;
    const { main, members } = this.origin;
    const alive = livingAmong(members);
    if (main !== null && alive.has(main.pid)) return main;
    return members.find(({ pid }) => alive.has(pid)) ?? null;
  }

  /** Stops all of its processes; resolves when none is left. */
  end(stop = this.origin.stop): Promise<void> {
    this.#tree ??= this.#watched();
    return this.#tree.end(stop);
  }

  #watched(): Tree {
    const rest = { launch: null, isMainOver: this.origin.main === null, isInLedger: true, hasNoProcesses: false };
    const tree = new Tree({ ...this.origin, ...rest }, this.#context);
    tree.watch();
    return tree;
  }

  close(): void {
    this.#tree?.close();
  }
}
