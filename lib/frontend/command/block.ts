import type { SessionView } from '../../api/schemas/session.ts';

/** What decides whether commands can be given. */
export interface CommandAccess {
  /** There is no connection to the host. */
  readonly isStale: boolean;
  /** What this client may do; null: not known yet. */
  readonly session: SessionView | null;
}

/** Why no command can be given now, as a sentence; null: commands can be given. */
export function commandBlock({ isStale, session }: CommandAccess): string | null {
  if (isStale) return 'No commands without a connection to the host.';
  return session?.scope === 'read' ? 'Your token is read-only: it allows no commands.' : null;
}
