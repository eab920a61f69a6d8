/**
 * Every cause that a journal event can have: a command, an observation, or an action of the host. These words belong to
 * the API, not to the statecharts: a statechart event may be renamed, its cause stays.
 */
export const CAUSES = [
  'command',
  'agent.start',
  'agent.stop',
  'agent.configure',
  'service.start',
  'service.stop',
  'service.restart',
  'service.hold',
  'service.release',
  'service.configure',
  'service.pin',
  'service.restart_with_group',
  'service.changed',
  'process.exited',
  'process.changed',
  'probe.passed',
  'probe.failed',
  'deadline',
  'executable.search_finished',
  'executable.search_failed',
  'executable.appeared',
  'executable.watch_failed',
  'launch.finished',
  'launch.failed',
  'stop.finished',
  'stop.failed',
  'host',
  'host.resume',
  'host.drain',
  'survey',
  'supervisor.quarantine',
  'exception',
  'unknown',
] as const;

export type Cause = (typeof CAUSES)[number];

/** The results of effects, by the event that XState makes of them: `xstate.done.actor.<effect>`. */
const EFFECTS: Readonly<Partial<Record<string, Cause>>> = {
  'done.chooseExecutable': 'executable.search_finished',
  'error.chooseExecutable': 'executable.search_failed',
  'done.awaitExecutable': 'executable.appeared',
  'error.awaitExecutable': 'executable.watch_failed',
  'done.launchProcess': 'launch.finished',
  'error.launchProcess': 'launch.failed',
  'done.stopTree': 'stop.finished',
  'error.stopTree': 'stop.failed',
};

/**
 * What version 0.1.0 wrote: for the results of effects the state that invoked them, and other words for some events.
 */
const OLD_CAUSES: Readonly<Partial<Record<string, Cause>>> = {
  'service.claim': 'service.hold',
  'service.recycle': 'service.restart_with_group',
  'supervisor.park': 'supervisor.quarantine',
  'starting.resolving.done': 'executable.search_finished',
  'starting.resolving.error': 'executable.search_failed',
  'starting.launching.done': 'launch.finished',
  'starting.launching.error': 'launch.failed',
  'stopping.terminating.done': 'stop.finished',
  'stopping.terminating.error': 'stop.failed',
  'stopping.killing.done': 'stop.finished',
  'stopping.killing.error': 'stop.failed',
  'stopping.draining.done': 'stop.finished',
  'stopping.draining.error': 'stop.failed',
  'failed.missing.done': 'executable.appeared',
  'failed.missing.error': 'executable.watch_failed',
  'failed.refused.done': 'executable.appeared',
  'failed.refused.error': 'executable.watch_failed',
};

const KNOWN: ReadonlySet<string> = new Set(CAUSES);

/** The cause for a statechart event type; null if the journal has none for it. */
export function causeOf(eventType: string): Cause | null {
  if (eventType.startsWith('xstate.after.')) return 'deadline';
  if (eventType.startsWith('resume.')) return 'host.resume';
  const [, end, effect] = /^xstate\.(done|error)\.actor\.(\w+)$/.exec(eventType) ?? [];
  if (end !== undefined) return EFFECTS[`${end}.${effect ?? ''}`] ?? null;
  return isCause(eventType) ? eventType : null;
}

/** The cause of a journal row, whichever version wrote it. */
export function causeOfRow(kept: string): Cause {
  return isCause(kept) ? kept : (OLD_CAUSES[kept] ?? 'unknown');
}

function isCause(word: string): word is Cause {
  return KNOWN.has(word);
}
