import type { Launch } from '../model/process.ts';
import type { Millis } from '../model/values/time.ts';
import type { CommandEnd, CommandRunner, PlacedCommand } from '../ports/engine/command-runner.ts';
import { failure, SUCCESS, type Check, type EndCheck, type Outcome } from './check.ts';
import { commandLabel } from './exec-check.ts';
import { Tail } from './tail.ts';

/** It is killed where it runs if nobody there hears that its time is over. */
const SLACK_MS: Millis = 1_000;

export interface PlacedExecContext extends Omit<PlacedCommand, 'limitMs'> {
  readonly commands: CommandRunner;
  readonly launch: Launch;
  /** The values that must not be shown. */
  readonly hidden: Readonly<Record<string, string>>;
}

/**
 * Succeeds if the command, run without a shell where the launch runs, exits with code 0 in time. Says nothing if it is not
 * known whether the command ran: a link that is cut says nothing about the service.
 */
export class PlacedExecCheck implements Check {
  readonly #context: PlacedExecContext;
  readonly #what: string;

  constructor(context: PlacedExecContext) {
    this.#context = context;
    this.#what = commandLabel(context.command, context.hidden);
  }

  begin(timeoutMs: Millis, done: (outcome: Outcome | null) => void): EndCheck {
    const { commands, launch, command, cwd } = this.#context;
    let isOver = false;
    let hasBegun = false;
    const began = (): void => {
      hasBegun = true;
    };
    void commands.run(launch, { command, cwd, limitMs: timeoutMs + SLACK_MS }, began).then((end) => {
      if (!isOver) done(this.#outcomeOf(end));
    });
    return () => {
      isOver = true;
      return hasBegun ? failure(`${this.#what} did not finish within ${timeoutMs} ms`) : null;
    };
  }

  #outcomeOf(end: CommandEnd): Outcome | null {
    switch (end.type) {
      case 'exited': {
        if (end.code === 0) return SUCCESS;
        const stderr = new Tail();
        stderr.take(Buffer.from(end.stderr));
        return failure(`${this.#what} exited with code ${end.code}${stderr.sentence(this.#context.hidden)}`);
      }
      case 'refused':
        return failure(`${this.#what} cannot be run: ${end.reason}`);
      case 'unknown':
        return null;
    }
  }

  close(): void {
    // Nothing is kept between checks.
  }
}
