import { describeEvent } from '../model/explain/event-sentence.ts';
import { textIn, type JournalEntry } from '../model/journal.ts';
import { processDetail } from '../model/process.ts';
import { withoutValues } from '../model/values/redaction.ts';
import type { Log } from '../ports/log.ts';
import type { ServiceLogs } from '../ports/service-logs.ts';

/** In characters; a longer line is cut. */
const MAX_LINE = 500;

/**
 * Writes the events that matter to an operator to the host's log, one record each: launches and adoptions (info),
 * unexpected exits (warn), expected ones (info), services that failed (error) or fell back to another version (warn).
 * Only durable events are logged.
 */
export class OperatorLog {
  readonly #log: Log;
  readonly #output: Pick<ServiceLogs, 'read'>;
  /** Keeps the records in the order of the events, although the output is read in between. */
  #written: Promise<void> = Promise.resolve();

  constructor(log: Log, output: Pick<ServiceLogs, 'read'>) {
    this.#log = log;
    this.#output = output;
  }

  /** Takes events in ascending order; the state change after an exit must be in the same call. */
  published(events: readonly JournalEntry[]): void {
    for (const [index, event] of events.entries()) {
      const line = this.#lineOf(event, () => nextOf(events, index));
      if (line !== null) this.#written = this.#written.then(line);
    }
  }

  /** Resolves when everything published has been logged. */
  async close(): Promise<void> {
    await this.#written;
  }

  #lineOf(event: JournalEntry, next: () => JournalEntry | undefined): (() => void | Promise<void>) | null {
    const { type, serviceId: service, detail } = event;
    const sentence = (): string => describeEvent(event);
    const fields = { service, ...(event.agentId === null ? {} : { agent: event.agentId }) };
    switch (type) {
      case 'process.launched':
      case 'process.adopted': {
        const { pid, place, generation, version } = detail;
        return () => {
          this.#log.info(
            { ...fields, pid, ...(place === undefined ? {} : { place }), generation, version },
            sentence(),
          );
        };
      }
      case 'process.exited':
        return isExpected(event, next())
          ? () => {
              this.#log.info({ ...fields, ...exitFields(event) }, sentence());
            }
          : async () => {
              const stderr = await this.#lastLine(event);
              this.#log.warn({ ...fields, ...exitFields(event), ...(stderr === null ? {} : { stderr }) }, sentence());
            };
      case 'service.fell_back':
        return () => {
          this.#log.warn({ ...fields, from: detail['from'], to: detail['to'] }, sentence());
        };
      case 'service.state_changed':
        if (event.to !== 'failed') return null;
        return () => {
          this.#log.error(
            { ...fields, generation: detail['generation'], reason: textIn(detail, 'reason') },
            sentence(),
          );
        };
      default:
        return null;
    }
  }

  /** The last line that the process wrote to stderr, without values of its environment; null: none is known. */
  async #lastLine({ ended }: JournalEntry): Promise<string | null> {
    if (ended === undefined) return null;
    const { serviceId, generation, env } = ended;
    let last: string | null = null;
    try {
      const start = { type: 'tail', lines: 1, since: null } as const;
      for await (const batch of this.#output.read({ serviceId, streams: ['stderr'], start })) {
        for (const item of batch) if (item.type === 'line' && item.generation === generation) last = item.text;
      }
    } catch (error) {
      this.#log.debug({ service: serviceId, err: error }, 'the last line of stderr cannot be read');
    }
    return last === null ? null : withoutValues(last, env).slice(0, MAX_LINE);
  }
}

function exitFields({ detail, ended }: JournalEntry): Readonly<Record<string, unknown>> {
  const { generation, code, signal, class: exitClass } = detail;
  const process = ended === undefined ? { pid: undefined } : processDetail(ended);
  return { ...process, generation, code, signal, class: exitClass, uptime_ms: ended?.uptimeMs };
}

/** The next event of the same service. */
function nextOf(events: readonly JournalEntry[], index: number): JournalEntry | undefined {
  for (let at = index + 1; at < events.length; at += 1)
    if (events[at]?.serviceId === events[index]?.serviceId) return events[at];
  return undefined;
}

/** Whether a stop was requested, or the service has completed. */
function isExpected({ detail }: JournalEntry, next: JournalEntry | undefined): boolean {
  const exitClass = textIn(detail, 'class');
  if (exitClass === 'stopped') return true;
  return exitClass === 'clean' && next?.type === 'service.state_changed' && next.to === 'stopped';
}
