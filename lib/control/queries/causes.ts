import type { Cause } from '../../model/causes.ts';
import type { JournalEntry, JournalQuery } from '../../model/journal.ts';
import type { ActorStore } from '../../ports/actor-store.ts';

/** Maximum number of links in a response. */
const MAX_LINKS = 20;
/** How many events of the service are searched. */
const PAGE = 60;
/** How many events of a request are searched for its command. */
const REQUEST_PAGE = 1000;
/** How many sibling failures are followed. */
const MAX_SIBLINGS = 5;
/** How many events of a sibling are searched for its failure. */
const SIBLING_PAGE = 20;

const COMMANDS: ReadonlySet<string> = new Set([
  'agent.start_requested',
  'agent.stop_requested',
  'agent.restart_requested',
  'agent.delete_requested',
  'service.start_requested',
  'service.stop_requested',
  'service.restart_requested',
  'service.delete_requested',
  'config.reloaded',
]);

/** The event types that precede a change with this cause. */
const BEFORE: Readonly<Partial<Record<Cause, readonly string[]>>> = {
  'service.configure': ['config.reloaded', 'service.configured'],
  'supervisor.quarantine': ['actor.crashed'],
};

type Journal = Pick<ActorStore, 'history'>;

/** What an event leads back to, and whether the walk ends there. */
interface Step {
  readonly links: readonly JournalEntry[];
  readonly isStart: boolean;
}

const CONTINUES: Step = { links: [], isStart: false };

/**
 * The chain of causes of a service, newest first: its own events back to the command, host start or sibling failure
 * that they follow from; and the last change of each service it is waiting for. Rejects with StoreUnavailableError.
 */
export async function causesOf(
  serviceId: string,
  awaited: readonly string[],
  journal: Journal,
): Promise<readonly JournalEntry[]> {
  const walk = new Walk(serviceId, journal, await newest(journal, { serviceId, limit: PAGE }));
  const own = await walk.run();
  const others = await Promise.all(
    awaited.map((id) => newest(journal, { serviceId: id, type: 'service.state_changed', limit: 1 })),
  );
  const links = new Map([...own.links, ...others.flat()].map((link) => [link.seq, link]));
  const chain = [...links.values()].sort((one, other) => other.seq - one.seq);
  if (chain.length <= MAX_LINKS) return chain;
  // The origin is worth more than one more link on the way.
  const start = own.isStart ? chain.slice(-1) : [];
  return [...chain.slice(0, MAX_LINKS - start.length), ...start];
}

/** Walks back through the events of one service. */
class Walk {
  readonly #serviceId: string;
  readonly #journal: Journal;
  /** Newest first. */
  readonly #own: readonly JournalEntry[];
  readonly #links: JournalEntry[] = [];
  /** The command that the most recently visited events follow from. */
  #command: JournalEntry | null = null;
  #hasHost = false;

  constructor(serviceId: string, journal: Journal, own: readonly JournalEntry[]) {
    this.#serviceId = serviceId;
    this.#journal = journal;
    this.#own = own;
  }

  async run(): Promise<Step> {
    for (const [index, event] of this.#own.entries()) {
      if (this.#command !== null && event.seq <= this.#command.seq) break;
      if (COMMANDS.has(event.type) || event.type === 'service.configured') continue; // nothing followed from it
      if (event.type === 'process.adopted' && this.#hasHost) continue; // what counts is that it survived the last host
      const { links, isStart } = await this.#before(event, this.#own[index + 1]);
      this.#links.push(event, ...links);
      if (isStart) return { links: this.#links, isStart };
    }
    if (this.#command !== null) return this.#endingWith(this.#command);
    return { links: this.#links.length === 0 ? this.#own.slice(0, 1) : this.#links, isStart: false };
  }

  async #before(event: JournalEntry, earlier: JournalEntry | undefined): Promise<Step> {
    if (event.cause === 'host.resume') return this.#revival(event, earlier);
    if (event.type !== 'service.state_changed') return CONTINUES;
    if (event.cause === 'service.restart_with_group') return { links: await this.#siblings(event), isStart: true };
    const types = BEFORE[event.cause];
    if (types !== undefined) return { links: await this.#latest(event.seq, types), isStart: true };
    if (event.correlationId !== null) this.#command ??= await this.#commandOf(event, event.correlationId);
    return CONTINUES;
  }

  /**
   * A host started, or the actor was replaced. For what that caused it is the start, for earlier state only a station.
   */
  async #revival(event: JournalEntry, earlier: JournalEntry | undefined): Promise<Step> {
    const links = this.#hasHost ? [] : await this.#latest(event.seq, ['host.started', 'actor.crashed']);
    this.#hasHost = true;
    const isOfExit = earlier?.type === 'process.exited' && earlier.cause === 'host.resume';
    return { links, isStart: event.type === 'service.state_changed' && !isOfExit };
  }

  async #endingWith(command: JournalEntry): Promise<Step> {
    // A command that the host gave itself at its start.
    const isOfHost = command.detail['holder'] === 'host';
    const links = isOfHost ? await this.#latest(command.seq, ['host.started']) : [];
    return { links: [...this.#links, command, ...links], isStart: true };
  }

  /** The newest event of these types before `seq` that concerns this service or no particular one. */
  async #latest(seq: number, types: readonly string[]): Promise<readonly JournalEntry[]> {
    const found = await Promise.all(
      types.map((type) => newest(this.#journal, { type, before: seq, limit: SIBLING_PAGE })),
    );
    const actor = `service:${this.#serviceId}`;
    const fitting = found
      .flat()
      .filter(({ serviceId }) => serviceId === null || serviceId === this.#serviceId)
      .filter(({ type, detail }) => type !== 'actor.crashed' || detail['actor'] === actor);
    return fitting.sort((one, other) => other.seq - one.seq).slice(0, 1);
  }

  /**
   * Request ids come from clients and may repeat: the newest command before the event that can concern this service.
   */
  async #commandOf({ seq, agentId }: JournalEntry, correlationId: string): Promise<JournalEntry | null> {
    const isOurs = (entry: JournalEntry): boolean =>
      COMMANDS.has(entry.type) && entry.correlationId === correlationId && entry.seq < seq;
    const own = this.#own.find(isOurs);
    if (own !== undefined) return own;
    const request = await newest(this.#journal, { correlationId, before: seq, limit: REQUEST_PAGE });
    const commands = request.filter((entry) => isOurs(entry) && entry.serviceId === null);
    return commands.find((entry) => entry.agentId === null || entry.agentId === agentId) ?? commands[0] ?? null;
  }

  /** The failure that caused a group restart, through the siblings that were restarted for it. */
  async #siblings(event: JournalEntry): Promise<readonly JournalEntry[]> {
    const links: JournalEntry[] = [];
    let last: JournalEntry | undefined = event;
    while (last?.cause === 'service.restart_with_group' && links.length < MAX_SIBLINGS) {
      const failed = last.detail['failed'];
      if (typeof failed !== 'string') break;
      const events = await newest(this.#journal, { serviceId: failed, before: last.seq, limit: SIBLING_PAGE });
      last = events.find(isFailure);
      if (last !== undefined) links.push(last);
    }
    return links;
  }
}

/** An unexpected exit: the process failed, or it was stopped because another one had. */
function isFailure({ type, cause, detail }: JournalEntry): boolean {
  if (type === 'process.exited') return detail['class'] !== 'stopped';
  return type === 'service.state_changed' && cause === 'service.restart_with_group';
}

function newest(journal: Journal, query: Omit<JournalQuery, 'after' | 'order'>): Promise<readonly JournalEntry[]> {
  return journal.history({ ...query, after: 0, order: 'newest_first' });
}
