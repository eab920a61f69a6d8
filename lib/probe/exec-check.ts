import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { withoutValues } from '../model/values/redaction.ts';
import type { Millis } from '../model/values/time.ts';
import { failure, SUCCESS, type Check, type EndCheck, type Outcome } from './check.ts';
import { Tail } from './tail.ts';

/** The guard ends the command by itself only where the host does not: it was stopped, say. */
const GUARD_SLACK_MS: Millis = 1_000;
const MOST_SHOWN = 200;

/** How the commands of a launch are run. */
export interface ExecContext {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The words before `MS PROGRAM ARG…` that let a command end with this host; null: there is no native shim. */
  readonly guard: readonly string[] | null;
}

/** Succeeds when the command, run without a shell, exits with code 0 in time. Whatever it has started is ended with it. */
export class ExecCheck implements Check {
  readonly #context: ExecContext;
  readonly #what: string;

  constructor(context: ExecContext) {
    this.#context = context;
    // Before they are cut: half a secret is one too.
    const words = withoutValues(context.command.join(' '), context.env);
    this.#what = `the command "${words.length > MOST_SHOWN ? `${words.slice(0, MOST_SHOWN)}…` : words}"`;
  }

  begin(timeoutMs: Millis, done: (outcome: Outcome) => void): EndCheck {
    const child = this.#spawn(timeoutMs);
    const said = new Tail();
    let exit: (() => Outcome) | null = null;
    child.stderr?.on('data', (chunk: Buffer) => {
      said.take(chunk);
    });
    child.on('error', (error) => {
      if (child.pid === undefined) done(failure(this.#notRun(error)));
    });
    child.on('exit', (code, signal) => {
      // What the command has left behind may hold its standard error open.
      this.#endGroup(child);
      exit = () =>
        code === 0 ? SUCCESS : failure(`${this.#what} ${ending(code, signal)}${said.sentence(this.#context.env)}`);
    });
    child.on('close', () => {
      if (exit !== null) done(exit());
    });
    return () => {
      if (exit === null) this.#end(child);
      child.stderr?.destroy();
      return exit?.() ?? failure(`${this.#what} did not end within ${timeoutMs} ms`);
    };
  }

  #spawn(timeoutMs: Millis): ChildProcess {
    const { command, guard, cwd, env } = this.#context;
    const words = guard === null ? command : [...guard, String(Math.ceil(timeoutMs) + GUARD_SLACK_MS), ...command];
    const [program = '', ...args] = words;
    return spawn(program, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'], detached: true, windowsHide: true });
  }

  /** The guard kills all that it finds below itself. */
  #end(child: ChildProcess): void {
    if (this.#context.guard === null) this.#endGroup(child);
    else child.kill('SIGTERM');
  }

  #endGroup(child: ChildProcess): void {
    if (this.#context.guard !== null || child.pid === undefined) return;
    try {
      if (process.platform === 'win32') child.kill('SIGKILL');
      else process.kill(-child.pid, 'SIGKILL');
    } catch {
      // Nothing of the group is left.
    }
  }

  #notRun(error: Error): string {
    const { cwd } = this.#context;
    // The system blames the program for a working directory that is not there.
    const reason = existsSync(cwd) ? error.message : `there is no working directory "${cwd}"`;
    return `${this.#what} cannot be run: ${reason}`;
  }

  close(): void {
    // Nothing is kept between checks.
  }
}

function ending(code: number | null, signal: string | null): string {
  return code === null ? `was ended by ${signal ?? 'a signal'}` : `exited with code ${code}`;
}
