import { UNIX_SOCKET } from '../command-source.ts';
import { numberIn, textIn, type JournalDraft, type JournalEntry } from '../journal.ts';
import { processLabel } from '../process.ts';
import { matchesType } from '../values/event-filter.ts';
import { clauseOf } from './clause.ts';
import { whyOf } from './event-reason.ts';

/** What a sentence is built from; sequence number and time are shown separately. */
export type DescribableEvent = Pick<
  JournalDraft,
  'type' | 'agentId' | 'serviceId' | 'from' | 'to' | 'cause' | 'detail' | 'source'
> &
  Pick<JournalEntry, 'repeated'> & {
    /** `omitted`: who gave the command is shown next to the sentence. */
    readonly attribution?: 'omitted';
  };

/** How many services a sentence about a reload names. */
const MAX_NAMED = 5;

type Describe = (entry: DescribableEvent, about: string | null) => string;

/**
 * One entry per event type. Details come from stored rows, so each field is read as what it may be, not as what it
 * should be.
 */
const DESCRIPTIONS: Readonly<Partial<Record<string, Describe>>> = {
  'service.state_changed': moved,
  'agent.state_changed': moved,
  'service.readiness_changed': (entry) =>
    `${nameOf(entry)} is ${entry.to === 'ready' ? 'ready' : 'not ready'}${because(whyOf(entry))}`,
  'service.fell_back': (entry) =>
    `${nameOf(entry)} fell back to ${text(entry, 'to') ?? 'an older version'}; ` +
    `${text(entry, 'from') ?? 'the newest version'} was rejected${because(whyOf(entry))}`,
  'service.port_replaced': (entry) =>
    `Another program listens on port ${number(entry, 'from') ?? '?'} (${text(entry, 'name') ?? '?'}) of ${nameOf(entry)}, ` +
    `which gets port ${number(entry, 'to') ?? '?'} instead`,
  'service.start_requested': (entry) => requested(entry, 'started'),
  'service.stop_requested': (entry) => requested(entry, 'stopped'),
  'service.restart_requested': (entry) => requested(entry, 'restarted'),
  'service.configured': (entry) => `The configuration of ${nameOf(entry)} was updated`,
  'service.delete_requested': (entry) => `Deletion of ${nameOf(entry)} was requested${byActor(entry)}`,
  'service.signalled': (entry) =>
    `${text(entry, 'signal') ?? 'A signal'} was sent to ${nameOf(entry)}${byWhom(entry)}${launchOf(entry)}`,
  'service.acknowledged': (entry) =>
    `The failure of ${nameOf(entry)} was acknowledged${byActor(entry)}${because(text(entry, 'note'))}`,
  'service.version_pinned': (entry) =>
    `${nameOf(entry)} was pinned to version ${text(entry, 'version') ?? '?'}${wasVersion(entry)}${byActor(entry)}`,
  'service.version_unpinned': (entry) =>
    `${nameOf(entry)} is no longer pinned to version ${text(entry, 'was') ?? '?'}: it was ` +
    (entry.detail['removed'] === true ? 'removed' : `unpinned${byWhom(entry)}`),
  'agent.configured': (entry) => `Agent ${nameOf(entry)} was defined but not started`,
  'agent.restart_requested': (entry) => `Agent ${nameOf(entry)} was restarted${byWhom(entry)}`,
  'agent.delete_requested': (entry) => `Deletion of agent ${nameOf(entry)} was requested${byActor(entry)}`,
  'agent.deleted': (entry) => `Agent ${nameOf(entry)} was deleted`,
  'agent.start_requested': (entry) => `Agent ${nameOf(entry)} was started${byWhom(entry)}`,
  'agent.stop_requested': (entry) => `Agent ${nameOf(entry)} was stopped${byWhom(entry)}`,
  'config.reloaded': reloaded,
  'process.launched': (entry) => `${nameOf(entry)} was launched${launchOf(entry)}`,
  'process.adopted': (entry) => `The host adopted the running process of ${nameOf(entry)}${launchOf(entry)}`,
  'process.shim_lost': (entry) =>
    `The shim of ${nameOf(entry)} died, but its process keeps running${launchOf(entry)}: ` +
    'its exit status will be unknown, and a stop may miss descendants',
  'process.exited': exited,
  'process.orphan': (entry) =>
    `A process without a record was found (${processOf(entry)}), ` +
    `of ${entry.serviceId ?? 'an unknown service'}: it was ${FATES[text(entry, 'fate') ?? ''] ?? 'left alone'}`,
  'host.started': (entry) => `The host started (${processOf(entry)}, version ${text(entry, 'version') ?? '?'})`,
  'host.shutdown_requested': (entry) =>
    `The host was asked${byActor(entry)} to shut down${text(entry, 'mode') === 'drain' ? ' and stop all services' : ''}`,
  'host.stopped': (entry) =>
    text(entry, 'mode') === 'drain'
      ? 'The host shut down and stopped all services'
      : `The host shut down and left ${leftBy(entry)} running`,
  'host.health_changed': (entry) =>
    entry.to === 'healthy' ? 'The host is healthy again' : `The host is degraded${because(reasonsOf(entry))}`,
  'host.crashed': (entry) => `The host crashed${because(text(entry, 'message'))}`,
  'actor.crashed': (entry) => `Actor ${text(entry, 'actor') ?? '?'} crashed${because(text(entry, 'message'))}`,
  'store.lost': (entry) =>
    `The database was missing, and ${number(entry, 'intentions') ?? 0} intentions were restored from their copy`,
  'store.outdated': (entry) =>
    `The database was older than other records, and ${number(entry, 'intentions') ?? 0} intentions were restored from their copy`,
  'host.copied': (entry) =>
    text(entry, 'backed_up_at') === null
      ? `The state directory was found to be a copy of ${text(entry, 'state_dir') ?? '?'}`
      : `The state directory was restored from a backup of ${text(entry, 'state_dir') ?? '?'}`,
  'health.acknowledged': (entry) => `The notices about the state of the host were acknowledged${byActor(entry)}`,
  'store.recovered': () => 'The store was corrupt and was rebuilt from what could be read',
  'webhook.dropped': (entry) =>
    `Webhook ${text(entry, 'webhook') ?? '?'} dropped ` +
    `${number(entry, 'seq') === null ? 'events' : `event ${number(entry, 'seq') ?? '?'}`}${because(whyOf(entry))}`,
  'webhook.disabled': (entry) => `Webhook ${text(entry, 'webhook') ?? '?'} was disabled${because(whyOf(entry))}`,
  'webhook.mute_requested': (entry) =>
    `A mute of webhook ${text(entry, 'webhook') ?? '?'} until ${text(entry, 'until') ?? '?'} was requested` +
    `${ofAgent(entry)}${byActor(entry)}${because(text(entry, 'note'))}`,
  'webhook.muted': (entry) =>
    `Webhook ${text(entry, 'webhook') ?? '?'} was muted until ${text(entry, 'until') ?? '?'}${ofAgent(entry)}` +
    because(text(entry, 'note')),
  'webhook.unmute_requested': (entry) =>
    `The end of the mute of webhook ${text(entry, 'webhook') ?? '?'} was requested${ofAgent(entry)}${byActor(entry)}`,
  'webhook.unmuted': (entry) =>
    `Webhook ${text(entry, 'webhook') ?? '?'} is no longer muted${ofAgent(entry)}; ${heldBackBy(entry)}`,
  'journal.truncated': (entry) =>
    `${number(entry, 'dropped') ?? 'Some'} events were lost because the store could not be written`,
};

/** Every event type of the journal. */
export const EVENT_TYPES: readonly string[] = Object.keys(DESCRIPTIONS);

/** Whether an event type of the journal, or an old name of one, matches the pattern. */
export function isPossibleType(pattern: string): boolean {
  return EVENT_TYPES.some((type) => matchesType(pattern, type));
}

const FATES: Readonly<Partial<Record<string, string>>> = {
  adopted: 'adopted',
  killed: 'killed',
  reported: 'left alone',
};

/** The sentence for a journal event. For a reload, the service `about` is named first. */
export function describeEvent(entry: DescribableEvent, about: string | null = null): string {
  const describe = DESCRIPTIONS[entry.type];
  const sentence = describe === undefined ? `${entry.type} of ${nameOf(entry)}` : describe(entry, about);
  return `${sentence}${repeatedBefore(entry)}.`;
}

/** What was condensed into the event. */
function repeatedBefore({ repeated }: DescribableEvent): string {
  if (repeated === undefined) return '';
  return `; ${repeated} more like it between the first of that day and this one are no longer stored`;
}

/** The version that it was pinned to before. */
function wasVersion(entry: DescribableEvent): string {
  const was = text(entry, 'was');
  return was === null ? '' : `, before that to ${was}`;
}

/** The reasons of a degraded host. */
function reasonsOf({ detail }: DescribableEvent): string | null {
  const reasons = Array.isArray(detail['reasons']) ? detail['reasons'] : [];
  return reasons.length === 0 ? null : reasons.map((reason) => String(reason).replace(/\.$/, '')).join('; ');
}

function byWhom(entry: DescribableEvent): string {
  if (entry.attribution === 'omitted') return '';
  return byActor(entry) || ' by a command';
}

/** Who gave the command, and with what; empty: unknown. */
function byActor({ source, attribution }: DescribableEvent): string {
  if (attribution === 'omitted' || source === undefined || source.actor === null) return '';
  const isSocket = source.actor === UNIX_SOCKET && source.address === null;
  const who = isSocket ? 'through the Unix socket' : `by ${source.actor}`;
  return ` ${who}${source.tool === null ? '' : ` (${source.tool})`}`;
}

function moved(entry: DescribableEvent): string {
  const subject = entry.type === 'agent.state_changed' ? `Agent ${nameOf(entry)}` : nameOf(entry);
  return `${subject} went from ${entry.from ?? '?'} to ${entry.to ?? '?'}${because(whyOf(entry))}`;
}

function requested(entry: DescribableEvent, what: string): string {
  const holder = text(entry, 'holder');
  if (holder === 'host') return `${nameOf(entry)} was ${what} by the host, as configured`;
  if (holder === 'io') return `${nameOf(entry)} was ${what} through /api/io${byActor(entry)}`;
  return `${nameOf(entry)} was ${what}${byWhom(entry)}`;
}

const ACTIONS: Readonly<Partial<Record<string, string>>> = {
  start: 'starts',
  add: 'is added',
  restart: 'restarts',
  update: 'is updated',
  stop: 'is removed',
};

function reloaded({ detail }: DescribableEvent, about: string | null): string {
  const services = (Array.isArray(detail['services']) ? detail['services'] : []).filter(isRecord);
  const isAbout = (service: Record<string, unknown>): boolean => service['service_id'] === about;
  const ordered = [...services.filter(isAbout), ...services.filter((service) => !isAbout(service))];
  if (ordered.length === 0) return 'The configuration was reloaded; no service changed';
  const more = ordered.length > MAX_NAMED ? [`${ordered.length - MAX_NAMED} more`] : [];
  const named = ordered.slice(0, MAX_NAMED).map(({ service_id: id, action, changed }) => {
    const parts = Array.isArray(changed) && changed.length > 0 ? ` (${changed.join(', ')})` : '';
    return `${String(id)} ${ACTIONS[String(action)] ?? 'changes'}${parts}`;
  });
  return `The configuration was reloaded: ${[...named, ...more].join(', ')}`;
}

function exited(entry: DescribableEvent): string {
  const code = number(entry, 'code');
  const signal = text(entry, 'signal');
  const how = signal === null ? `exited with code ${code ?? '?'}` : `was killed by ${signal}`;
  const process = `The process of ${nameOf(entry)}${generationOf(entry)}`;
  const because = text(entry, 'because');
  if (text(entry, 'class') === 'lost')
    return `${process} ended${because === null ? '' : `, because ${because}`}; its exit status is unknown`;
  const why = because ?? whyOf(entry);
  return `${process} ${how}${why === null ? '' : `, because ${why}`}`;
}

/** For whose events a mute is. */
function ofAgent({ agentId, detail }: DescribableEvent): string {
  const id = agentId ?? textIn(detail, 'agent_id');
  return id === null ? '' : ` for the events of agent ${id}`;
}

function heldBackBy({ detail }: DescribableEvent): string {
  const count = numberIn(detail, 'suppressed') ?? 0;
  const sent = Array.isArray(detail['sent']) ? detail['sent'].length : 0;
  const what = `${count} ${count === 1 ? 'event was' : 'events were'} held back`;
  return sent === 0
    ? what
    : `${what}, of which ${sent} ${sent === 1 ? 'is' : 'are'} sent because something still fails`;
}

function leftBy(entry: DescribableEvent): string {
  const left = number(entry, 'left');
  return left === 1 ? '1 process' : `${left ?? 'its'} processes`;
}

function launchOf(entry: DescribableEvent): string {
  const version = text(entry, 'version');
  const words = [processOf(entry), `generation ${number(entry, 'generation') ?? '?'}`];
  return ` (${(version === null ? words : [...words, `version ${version}`]).join(', ')})`;
}

function processOf(entry: DescribableEvent): string {
  return processLabel({ pid: number(entry, 'pid'), place: text(entry, 'place') });
}

function generationOf(entry: DescribableEvent): string {
  const generation = number(entry, 'generation');
  return generation === null ? '' : ` (generation ${generation})`;
}

function nameOf({ serviceId, agentId }: DescribableEvent): string {
  return serviceId ?? agentId ?? 'the host';
}

/** A reason after a colon. */
function because(reason: string | null): string {
  return reason === null ? '' : `: ${clauseOf(reason)}`;
}

function text({ detail }: DescribableEvent, key: string): string | null {
  return textIn(detail, key);
}

function number({ detail }: DescribableEvent, key: string): number | null {
  return numberIn(detail, key);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
