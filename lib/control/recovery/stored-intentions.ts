import type { Intention } from '../../model/intention.ts';
import type { Notice } from '../../model/notice.ts';
import type { Original } from '../../model/original.ts';
import type { ActorStore } from '../../ports/actor-store.ts';
import type { HostFiles, IntentionCopy } from '../../ports/host-files.ts';

/** A store may lose at most this many events that are newer than the copy. Their numbers must not be used again. */
const LOST_NUMBERS = 1_000_000;

/** The intentions that a host starts with. */
export interface StoredIntentions {
  readonly intentions: readonly Intention[];
  /** New events get higher numbers than this: higher than any that was ever used. */
  readonly newest: number;
  /** Why they do not all come from the database; null: they do. */
  readonly finding: Pick<Notice, 'code' | 'message'> | null;
  /** Subjects that are still in the database, although they are no longer intended. */
  readonly drop: readonly string[];
}

/**
 * Reads the intentions from the database, or from their copy if that is newer because the database was lost, was
 * replaced by an older one, or was corrupt and has lost them. Rejects with StoreUnavailableError.
 */
export async function storedIntentions(
  store: Pick<ActorStore, 'loadIntentions' | 'lastSeq'>,
  files: HostFiles,
  isStoreLost: boolean,
): Promise<StoredIntentions> {
  const stored = await store.loadIntentions();
  const newest = await store.lastSeq();
  if (isStoreLost) return lost(await files.readIntentions(-1), newest);
  const copy = await files.readIntentions(newest);
  if (copy === null) return { intentions: stored, newest, finding: null, drop: [] };
  if (newest === 0 && stored.length > 0) return withoutEvents(stored, copy);
  const subjects = new Set(copy.intentions.map(({ subject }) => subject));
  const drop = stored.map(({ subject }) => subject).filter((subject) => !subjects.has(subject));
  const message =
    `The database is older than the other records of this host: its newest event is ${newest}, and event ${copy.seq} was recorded ` +
    'elsewhere. The intentions were restored from their copy. Events in between are lost, and possibly a stop that was in progress.';
  return {
    intentions: copy.intentions,
    newest: copy.seq + LOST_NUMBERS,
    finding: { code: 'store_outdated', message },
    drop,
  };
}

/**
 * Only the events of a corrupt database were lost: an intention is always stored together with an event. These
 * intentions are at least as new as their copy.
 */
function withoutEvents(intentions: readonly Intention[], { seq }: IntentionCopy): StoredIntentions {
  const message =
    `The database has no events, but event ${seq} was recorded elsewhere: the history is lost. ` +
    'The intentions are those of the database.';
  return { intentions, newest: seq + LOST_NUMBERS, finding: { code: 'store_outdated', message }, drop: [] };
}

function lost(copy: IntentionCopy | null, newest: number): StoredIntentions {
  const rest =
    copy === null
      ? 'There was no copy of the intentions: start the agents again.'
      : 'The intentions were restored from their copy. A stop that was in progress may be lost.';
  const message = `The database of this used state directory was missing when the host started. ${rest} The history is lost.`;
  const finding = { code: 'store_lost', message } as const;
  return {
    intentions: copy?.intentions ?? [],
    newest: Math.max(newest, copy === null ? 0 : copy.seq + LOST_NUMBERS),
    finding,
    drop: [],
  };
}

/** The notice for a copied or restored state directory. */
export function copyNotice({ instanceId, stateDir, backedUpAt }: Original): string {
  const what =
    backedUpAt === null
      ? `This state directory is a copy of "${stateDir}" (instance ${instanceId})`
      : `This state directory was restored from a backup of "${stateDir}" (instance ${instanceId}) that was made at ${backedUpAt}`;
  return `${what}. This host is now a separate instance: it adopts no process of the original, and launches nothing while one of them is alive on this machine.`;
}
