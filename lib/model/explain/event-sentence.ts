import { numberIn, textIn, type JournalDraft } from '../journal.ts';
import { whereOf } from '../process.ts';
import { clauseOf } from './clause.ts';
import { whyOf } from './event-reason.ts';

/** What a sentence is made from; the number and the instant are told beside it. */
export type DescribedEvent = Pick<JournalDraft, 'type' | 'agentId' | 'serviceId' | 'from' | 'to' | 'cause' | 'detail'>;

/** Services that the sentence about a reload names. */
const MOST_NAMED = 5;

type Describe = (entry: DescribedEvent, about: string | null) => string;

/** Every type of the journal. A detail comes from a file, so each is read as what it may be, not as what it should be. */
const DESCRIPTIONS: Readonly<Partial<Record<string, Describe>>> = {
  'service.state_changed': moved,
  'agent.state_changed': moved,
  'service.readiness_changed': (entry) =>
    `${nameOf(entry)} is ${entry.to === 'ready' ? 'ready' : 'not ready'}${because(whyOf(entry))}`,
  'service.fell_back': (entry) =>
    `${nameOf(entry)} goes back to ${text(entry, 'to') ?? 'an older file'}; ` +
    `${text(entry, 'from') ?? 'the newest file'} was set aside${because(whyOf(entry))}`,
  'service.start_requested': (entry) => requested(entry, 'started'),
  'service.stop_requested': (entry) => requested(entry, 'stopped'),
  'service.restart_requested': (entry) => requested(entry, 'restarted'),
  'service.configured': (entry) => `${nameOf(entry)} was given its present configuration`,
  'service.delete_requested': (entry) => `${nameOf(entry)} was to be forgotten, by a command`,
  'service.signalled': (entry) =>
    `${text(entry, 'signal') ?? 'A signal'} was sent to ${nameOf(entry)} by hand${launchOf(entry)}`,
  'agent.configured': (entry) => `The agent ${nameOf(entry)} was defined, and not started`,
  'agent.restart_requested': (entry) => `The agent ${nameOf(entry)} was restarted by a command`,
  'agent.delete_requested': (entry) => `The agent ${nameOf(entry)} was to be stopped and forgotten, by a command`,
  'agent.deleted': (entry) => `The agent ${nameOf(entry)} was forgotten`,
  'agent.start_requested': (entry) => `The agent ${nameOf(entry)} was started by a command`,
  'agent.stop_requested': (entry) => `The agent ${nameOf(entry)} was stopped by a command`,
  'config.reloaded': reloaded,
  'process.launched': (entry) => `${nameOf(entry)} was launched${launchOf(entry)}`,
  'process.adopted': (entry) => `The host adopted the process of ${nameOf(entry)} that lived already${launchOf(entry)}`,
  'process.exited': exited,
  'process.orphan': (entry) =>
    `A process that no record knows was found (${processOf(entry)}), ` +
    `of ${entry.serviceId ?? 'an unknown service'}: it was ${FATES[text(entry, 'fate') ?? ''] ?? 'left alone'}`,
  'host.started': (entry) => `The host started (${processOf(entry)}, version ${text(entry, 'version') ?? '?'})`,
  'host.shutdown_requested': (entry) =>
    `The host was told to leave${text(entry, 'mode') === 'drain' ? ' and to take its services down' : ''}`,
  'host.stopped': (entry) =>
    text(entry, 'mode') === 'drain'
      ? 'The host stopped and took its services down'
      : `The host stopped and left ${leftBy(entry)} running`,
  'host.crashed': (entry) => `The host broke${because(text(entry, 'message'))}`,
  'actor.crashed': (entry) => `The actor ${text(entry, 'actor') ?? '?'} broke${because(text(entry, 'message'))}`,
  'store.recovered': () => 'The store was corrupt and began anew with what could be read of it',
  'webhook.dropped': (entry) =>
    `The webhook ${text(entry, 'webhook') ?? '?'} gave up ` +
    `${number(entry, 'seq') === null ? 'events' : `event ${number(entry, 'seq') ?? '?'}`}${because(whyOf(entry))}`,
  'webhook.disabled': (entry) => `The webhook ${text(entry, 'webhook') ?? '?'} was disabled${because(whyOf(entry))}`,
  'journal.truncated': (entry) =>
    `${number(entry, 'dropped') ?? 'Some'} events were lost while the store could not be written`,
};

/** Every type that the journal can have. */
export const EVENT_TYPES: readonly string[] = Object.keys(DESCRIPTIONS);

const FATES: Readonly<Partial<Record<string, string>>> = {
  adopted: 'adopted',
  killed: 'killed',
  reported: 'left alone',
};

/** The sentence for an event of the journal; of a reload, it names the service that it is told `about` first. */
export function describeEvent(entry: DescribedEvent, about: string | null = null): string {
  const describe = DESCRIPTIONS[entry.type];
  return `${describe === undefined ? `${entry.type} of ${nameOf(entry)}` : describe(entry, about)}.`;
}

function moved(entry: DescribedEvent): string {
  const subject = entry.type === 'agent.state_changed' ? `The agent ${nameOf(entry)}` : nameOf(entry);
  return `${subject} went from ${entry.from ?? '?'} to ${entry.to ?? '?'}${because(whyOf(entry))}`;
}

function requested(entry: DescribedEvent, what: string): string {
  const holder = text(entry, 'holder');
  if (holder === 'host') return `${nameOf(entry)} was ${what} by the host, as its configuration says`;
  if (holder === 'io') return `${nameOf(entry)} was ${what} by a command under /api/io`;
  return `${nameOf(entry)} was ${what} by hand`;
}

const ACTIONS: Readonly<Partial<Record<string, string>>> = {
  start: 'starts',
  add: 'is known now',
  restart: 'restarts',
  update: 'is updated',
  stop: 'is dropped',
};

function reloaded({ detail }: DescribedEvent, about: string | null): string {
  const services = (Array.isArray(detail['services']) ? detail['services'] : []).filter(isRecord);
  const isAbout = (service: Record<string, unknown>): boolean => service['service_id'] === about;
  const ordered = [...services.filter(isAbout), ...services.filter((service) => !isAbout(service))];
  if (ordered.length === 0) return 'The configuration was reloaded and changed no service';
  const more = ordered.length > MOST_NAMED ? [`${ordered.length - MOST_NAMED} more`] : [];
  const named = ordered.slice(0, MOST_NAMED).map(({ service_id: id, action, changed }) => {
    const parts = Array.isArray(changed) && changed.length > 0 ? ` (${changed.join(', ')})` : '';
    return `${String(id)} ${ACTIONS[String(action)] ?? 'changes'}${parts}`;
  });
  return `The configuration was reloaded: ${[...named, ...more].join(', ')}`;
}

function exited(entry: DescribedEvent): string {
  const code = number(entry, 'code');
  const signal = text(entry, 'signal');
  const how = signal === null ? `exited with code ${code ?? '?'}` : `was ended by ${signal}`;
  const process = `The process of ${nameOf(entry)}${generationOf(entry)}`;
  if (text(entry, 'class') === 'lost') return `${process} ended unseen`;
  const why = whyOf(entry);
  return `${process} ${how}${why === null ? '' : `, because ${why}`}`;
}

function leftBy(entry: DescribedEvent): string {
  const left = number(entry, 'left');
  return left === 1 ? '1 process' : `${left ?? 'its'} processes`;
}

function launchOf(entry: DescribedEvent): string {
  const version = text(entry, 'version');
  const words = [processOf(entry), `generation ${number(entry, 'generation') ?? '?'}`];
  return ` (${(version === null ? words : [...words, `version ${version}`]).join(', ')})`;
}

function processOf(entry: DescribedEvent): string {
  return whereOf({ pid: number(entry, 'pid') });
}

function generationOf(entry: DescribedEvent): string {
  const generation = number(entry, 'generation');
  return generation === null ? '' : ` (generation ${generation})`;
}

function nameOf({ serviceId, agentId }: DescribedEvent): string {
  return serviceId ?? agentId ?? 'the host';
}

/** A reason behind a colon. */
function because(reason: string | null): string {
  return reason === null ? '' : `: ${clauseOf(reason)}`;
}

function text({ detail }: DescribedEvent, key: string): string | null {
  return textIn(detail, key);
}

function number({ detail }: DescribedEvent, key: string): number | null {
  return numberIn(detail, key);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
