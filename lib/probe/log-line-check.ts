import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseExpression, type Expression, type Parsed } from '../expression/expression.ts';
import type { Launch } from '../model/process.ts';
import {
  LOG_STREAMS,
  parsePosition,
  type LogItem,
  type LogPosition,
  type LogStream,
} from '../model/values/log-line.ts';
import type { Millis } from '../model/values/time.ts';
import type { ServiceLogs } from '../ports/service-logs.ts';
import { failure, type Check, type EndCheck, type Outcome } from './check.ts';

/** The rest of a longer line is not tested. */
const MAX_TESTED_LENGTH = 16 * 1024;
/** A longer search yields to the rest of the host. */
const MAX_TURN_MS: Millis = 20;
const FOUND: Outcome = { isSuccess: true, isFinal: true };

/** Succeeds permanently once a line of a launch has matched. Each check continues where the previous one stopped. */
export class LogLineCheck implements Check {
  readonly #logs: ServiceLogs;
  readonly #launch: Launch;
  readonly #pattern: string;
  #parsed: Parsed | null = null;
  #position: LogPosition;
  #isFound = false;
  #hasGap = false;
  /** What is tested of the lines of which only the beginning has been read. */
  readonly #begun = new Map<LogStream, string>();
  /** The latest search; even an aborted one may still be waiting for the disk. */
  #search: Promise<void> = Promise.resolve();

  constructor(logs: ServiceLogs, launch: Launch, pattern: string) {
    this.#logs = logs;
    this.#launch = launch;
    this.#pattern = pattern;
    this.#position = { generation: launch.generation, offsets: [0] };
  }

  begin(_timeoutMs: Millis, done: (outcome: Outcome | null) => void): EndCheck {
    const parsed = (this.#parsed ??= parseExpression(this.#pattern));
    if (parsed.type === 'refused') {
      // It was launched by a host that accepted such expressions; a new configuration with one is rejected.
      setImmediate(done, failure(`its pattern ${parsed.problem}`));
      return () => failure(`its pattern ${parsed.problem}`);
    }
    const { expression } = parsed;
    let isOver = false;
    const search = this.#search.then(() => this.#read(expression, () => isOver));
    this.#search = search.catch(() => undefined); // reported below
    const finish = (outcome: Outcome | null): void => {
      if (!isOver) done(outcome);
    };
    search.then(
      () => {
        finish(this.#outcome());
      },
      (error: unknown) => {
        finish(failure(`the output cannot be read: ${error instanceof Error ? error.message : String(error)}`));
      },
    );
    return () => {
      isOver = true;
      return this.#outcome();
    };
  }

  /**
   * Output that was deleted before it was read, for instance while no host was running, may have matched: the verdict
   * stays.
   */
  #outcome(): Outcome | null {
    if (this.#isFound) return FOUND;
    return this.#hasGap ? null : failure(`no line of output has matched /${this.#pattern}/ yet`);
  }

  async #read(expression: Expression, isOver: () => boolean): Promise<void> {
    if (this.#isFound || isOver()) return;
    const { serviceId, generation } = this.#launch;
    const start = { type: 'after', position: this.#position } as const;
    for await (const items of this.#logs.read({ serviceId, streams: LOG_STREAMS, start })) {
      // A batch belongs to one launch. Output of the next launch does not count.
      if (items[0]?.generation !== generation) return;
      if (await this.#take(items, expression, isOver)) return;
    }
  }

  /** Whether the search is over: a line matched, or the check was aborted. */
  async #take(items: readonly LogItem[], expression: Expression, isOver: () => boolean): Promise<boolean> {
    let turnBegan = performance.now();
    let last: LogItem | undefined;
    for (const item of items) {
      if (performance.now() - turnBegan > MAX_TURN_MS) {
        await nextTurn();
        turnBegan = performance.now();
      }
      if (isOver()) break;
      last = item;
      this.#isFound = this.#matches(item, expression);
      if (this.#isFound) break;
    }
    if (last !== undefined) this.#position = parsePosition(last.position, LOG_STREAMS) ?? this.#position;
    return this.#isFound || isOver();
  }

  #matches(item: LogItem, expression: Expression): boolean {
    if (item.type === 'gap') {
      if (item.stream === null) this.#begun.clear();
      else this.#begun.delete(item.stream);
      this.#hasGap ||= item.to !== null;
      return false;
    }
    const begun = this.#begun.get(item.stream) ?? '';
    if (item.partial === null) this.#begun.delete(item.stream);
    if (begun.length >= MAX_TESTED_LENGTH) return false; // tested already
    const line = `${begun}${item.text}`.slice(0, MAX_TESTED_LENGTH);
    if (item.partial === null) return expression.test(withoutReturn(line));
    this.#begun.set(item.stream, line);
    return line.length < MAX_TESTED_LENGTH ? matchesHoweverItEnds(line, expression) : expression.test(line);
  }

  close(): void {
    // Each search opens and closes the files.
  }
}

/** Without the carriage return of Windows line ends, in front of which `$` does not match. */
function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** Whether an unfinished line matches already: not just because its end is missing, as `$` and `\b` would. */
function matchesHoweverItEnds(line: string, expression: Expression): boolean {
  return expression.test(`${line}\n`) && expression.test(`${line}x`);
}
