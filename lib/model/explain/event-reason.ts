import { textIn, type JournalDraft } from '../journal.ts';
import { clauseOf } from './clause.ts';

type Caused = Pick<JournalDraft, 'type' | 'from' | 'to' | 'cause' | 'detail'>;
type Words = Readonly<Partial<Record<string, string>>>;

/** What caused a state change, for both services and agents. */
const CAUSES: Words = {
  'host.drain': 'the host is stopping its services',
  'host.resume': 'the host resumed it',
  'supervisor.quarantine': 'its actor crashed too often',
};

const CAUSES_OF_SERVICES: Words = {
  ...CAUSES,
  'service.start': 'a start was requested',
  'service.stop': 'a stop was requested',
  'service.restart': 'a restart was requested',
  'service.hold': 'a holder requested it',
  'service.release': 'its last holder released it',
  'service.configure': 'its configuration changed',
  'service.pin': 'its version was pinned or unpinned',
  'service.restart_with_group': 'another service in its group failed',
  'probe.passed': 'its startup probe passed',
  'probe.failed': 'a probe failed',
  'process.exited': 'its process exited',
  'process.changed': 'the shim of its process died',
  'executable.search_finished': 'the search for its executable finished',
  'executable.search_failed': 'the search for its executable failed',
  'executable.appeared': 'a matching executable appeared',
  'executable.watch_failed': 'the search for its executable failed',
  'launch.finished': 'its launch was refused',
  'launch.failed': 'its launch failed',
  'stop.finished': 'all of its processes are gone',
};

const CAUSES_OF_AGENTS: Words = {
  ...CAUSES,
  'agent.start': 'a start was requested',
  'agent.stop': 'a stop was requested',
  'agent.configure': 'its configuration changed',
  'service.changed': 'one of its services changed',
};

/** What the expiry of a timer meant, by the state it ended and the state it led to. */
const DEADLINES: Words = {
  'starting running': 'it stayed up long enough to count as started',
  'starting stopping': 'it did not start in time',
  'backoff starting': 'its backoff delay was over',
  'failed starting': 'its recovery delay was over',
};

/** What the reports of its services amounted to, by the agent state they led to. */
const REPORTS: Words = {
  running: 'its services are up',
  stopped: 'the services that only it held are down',
};

const CAUSES_OF_READINESS: Words = {
  'probe.passed': 'its readiness probe passed',
  'service.configure': 'its configuration changed',
};

/** Why a process was stopped, by its exit class; the other classes say how it exited by itself. */
const EXITS: Words = {
  stopped: 'it was asked to stop',
  probe: 'its liveness probe failed',
  start_timeout: 'its startup probe did not pass in time',
};

/** Causes that stop a service without giving it a reason: the reason it still has is an earlier one. */
const WITHOUT_REASON: ReadonlySet<string> = new Set([
  'service.start',
  'service.stop',
  'service.restart',
  'service.release',
  'host.drain',
  'host.resume',
]);

/** Why a journal event happened, as a clause without capital and full stop; null if unknown. */
export function whyOf(event: Caused): string | null {
  const why = reasonFor(event, textIn(event.detail, 'reason'));
  return why === null ? null : clauseOf(why);
}

function reasonFor(event: Caused, reason: string | null): string | null {
  const { type, from, to, cause, detail } = event;
  switch (type) {
    case 'service.state_changed': {
      const deadline = cause === 'deadline' ? DEADLINES[`${from ?? ''} ${to ?? ''}`] : undefined;
      return (isOfChange(event) ? reason : null) ?? deadline ?? CAUSES_OF_SERVICES[cause] ?? null;
    }
    case 'agent.state_changed':
      return whyOfAgent(event, reason);
    case 'service.readiness_changed':
      // A ready service can still have a reason: why it runs an older version.
      if (to === 'ready') return CAUSES_OF_READINESS[cause] ?? null;
      return textIn(detail, 'found') ?? withoutPrefix(reason);
    case 'process.exited':
      return EXITS[textIn(detail, 'class') ?? ''] ?? null;
    default:
      return reason;
  }
}

/** Version 0.1.0 stored the probe's finding only in the sentence. */
function withoutPrefix(reason: string | null): string | null {
  return reason?.replace(/^is not ready: /, '') ?? null;
}

/**
 * Whether the service's reason explains this change. While a service comes up, its reason says what it is waiting for;
 * when a command stops it, the reason is still an earlier one.
 */
function isOfChange({ to, cause }: Caused): boolean {
  if (to === 'starting' || to === 'running') return false;
  return to !== 'stopping' || !WITHOUT_REASON.has(cause);
}

/**
 * An agent's state follows from its services, and its reason names the decisive one. A command or the host is reason
 * enough.
 */
function whyOfAgent({ to, cause }: Caused, reason: string | null): string | null {
  const known = CAUSES_OF_AGENTS[cause] ?? null;
  if (cause === 'service.changed') return reason ?? REPORTS[to ?? ''] ?? known;
  return cause === 'supervisor.quarantine' ? (reason ?? known) : known;
}
