import { textIn, type JournalDraft } from '../journal.ts';
import { clauseOf } from './clause.ts';

type Caused = Pick<JournalDraft, 'type' | 'from' | 'to' | 'cause' | 'detail'>;
type Words = Readonly<Partial<Record<string, string>>>;

/** What led to a change of state of either. */
const CAUSES: Words = {
  'host.drain': 'the host takes its services down',
  'host.resume': 'the host came back to it',
  'supervisor.quarantine': 'its actor broke too often',
};

const CAUSES_OF_SERVICES: Words = {
  ...CAUSES,
  'service.start': 'it was told to start',
  'service.stop': 'it was told to stop',
  'service.restart': 'it was told to restart',
  'service.hold': 'somebody needs it',
  'service.release': 'nobody needs it any more',
  'service.configure': 'its configuration changed',
  'service.restart_with_group': 'a service of its group failed',
  'probe.passed': 'its startup probe passed',
  'probe.failed': 'a probe failed',
  'process.exited': 'its process ended',
  'executable.search_finished': 'the search for its executable ended',
  'executable.search_failed': 'the search for its executable failed',
  'executable.appeared': 'a fitting executable appeared',
  'executable.watch_failed': 'the search for its executable failed',
  'launch.finished': 'its launch was refused',
  'launch.failed': 'its launch failed',
  'stop.finished': 'nothing of its processes is left',
};

const CAUSES_OF_AGENTS: Words = {
  ...CAUSES,
  'agent.start': 'it was told to start',
  'agent.stop': 'it was told to stop',
  'agent.configure': 'its configuration changed',
  'service.changed': 'one of its services changed',
};

/** What a deadline meant, by the state that it ended and the one that it led to. */
const DEADLINES: Words = {
  'starting running': 'it lived long enough to count as started',
  'starting stopping': 'it did not count as started in time',
  'backoff starting': 'its wait before the next launch was over',
  'failed starting': 'the time for one more attempt had come',
};

/** What the reports of its services came to, by the state of the agent that they led to. */
const REPORTS: Words = {
  running: 'its services are up',
  stopped: 'the services that it alone held are down',
};

const CAUSES_OF_READINESS: Words = {
  'probe.passed': 'its readiness probe passed',
  'service.configure': 'its configuration changed',
};

/** Why a process was ended, by the class of its exit; the other classes say how it ended by itself. */
const EXITS: Words = {
  stopped: 'it was asked to end',
  probe: 'its liveness probe had failed',
  start_timeout: 'its startup probe had not passed',
};

/** What has a service stopped without giving it a reason: the one that it has is of the time before. */
const ORDERS: ReadonlySet<string> = new Set([
  'service.start',
  'service.stop',
  'service.restart',
  'service.release',
  'host.drain',
  'host.resume',
]);

/** Why an event of the journal came about, as a clause without capital and full stop; null: nothing is known of it. */
export function whyOf(event: Caused): string | null {
  const why = knownOf(event, textIn(event.detail, 'reason'));
  return why === null ? null : clauseOf(why);
}

function knownOf(event: Caused, reason: string | null): string | null {
  const { type, from, to, cause, detail } = event;
  switch (type) {
    case 'service.state_changed': {
      const deadline = cause === 'deadline' ? DEADLINES[`${from ?? ''} ${to ?? ''}`] : undefined;
      return (isOfChange(event) ? reason : null) ?? deadline ?? CAUSES_OF_SERVICES[cause] ?? null;
    }
    case 'agent.state_changed':
      return whyOfAgent(event, reason);
    case 'service.readiness_changed':
      // A service that is ready may have a reason all the same: why it runs an older file.
      if (to === 'ready') return CAUSES_OF_READINESS[cause] ?? null;
      return textIn(detail, 'found') ?? withoutPrefix(reason);
    case 'process.exited':
      return EXITS[textIn(detail, 'class') ?? ''] ?? null;
    default:
      return reason;
  }
}

/** Version 0.1.0 wrote what the probe found into the sentence alone. */
function withoutPrefix(reason: string | null): string | null {
  return reason?.replace(/^is not ready: /, '') ?? null;
}

/**
 * Whether the reason that a service has is that of the change. On the way up it says what is still waited for, and at the
 * beginning of a stop on order what was the case before.
 */
function isOfChange({ to, cause }: Caused): boolean {
  if (to === 'starting' || to === 'running') return false;
  return to !== 'stopping' || !ORDERS.has(cause);
}

/** The state of an agent follows from its services, and its reason says from which; a command and the host are reason enough. */
function whyOfAgent({ to, cause }: Caused, reason: string | null): string | null {
  const known = CAUSES_OF_AGENTS[cause] ?? null;
  if (cause === 'service.changed') return reason ?? REPORTS[to ?? ''] ?? known;
  return cause === 'supervisor.quarantine' ? (reason ?? known) : known;
}
