import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { withoutValues } from '../model/values/redaction.ts';
import type { Millis } from '../model/values/time.ts';
import { failure, SUCCESS, type Check, type EndCheck, type Outcome } from './check.ts';
import { Tail } from './tail.ts';

/**
 * The guard ends the command on its own only if the host does not do it, for instance because it was stopped (SIGSTOP).
 */
const GUARD_SLACK_MS: Millis = 1_000;
const MAX_SHOWN_LENGTH = 200;

/** How the commands of a launch are run. */
export interface ExecContext {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The command line before `MS PROGRAM ARG…` that ends a command with this host; null: there is no native shim. */
  readonly guard: readonly string[] | null;
}

/** Succeeds if the command, run without a shell, exits with code 0 in time. Everything it started is killed with it. */
export class ExecCheck implements Check {
  readonly #context: ExecContext;
  readonly #what: string;

  constructor(context: ExecContext) {
    this.#context = context;
    // Before the text is cut: half a secret is still a secret.
    const words = withoutValues(context.command.join(' '), context.env);
    this.#what = `the command "${words.length > MAX_SHOWN_LENGTH ? `${words.slice(0, MAX_SHOWN_LENGTH)}…` : words}"`;
  }

  begin(timeoutMs: Millis, done: (outcome: Outcome) => void): EndCheck {
    const child = this.#spawn(timeoutMs);
    const stderr = new Tail();
    let exit: (() => Outcome) | null = null;
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr.take(chunk);
    });
    child.on('error', (error) => {
      if (child.pid === undefined) done(failure(this.#cannotRun(error)));
    });
    child.on('exit', (code, signal) => {
      // Processes that the command left behind may keep its standard error open.
      this.#endGroup(child);
      exit = () =>
        code === 0 ? SUCCESS : failure(`${this.#what} ${ending(code, signal)}${stderr.sentence(this.#context.env)}`);
    });
    child.on('close', () => {
      if (exit !== null) done(exit());
    });
    return () => {
      if (exit === null) this.#end(child);
      child.stderr?.destroy();
      return exit?.() ?? failure(`${this.#what} did not finish within ${timeoutMs} ms`);
    };
  }

  #spawn(timeoutMs: Millis): ChildProcess {
    const { command, guard, cwd, env } = this.#context;
    const words = guard === null ? command : [...guard, String(Math.ceil(timeoutMs) + GUARD_SLACK_MS), ...command];
    const [program = '', ...args] = words;
    return spawn(program, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'], detached: true, windowsHide: true });
  }

  /** A guard kills all its descendants. */
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
      // The group no longer exists.
    }
  }

  #cannotRun(error: Error): string {
    const { cwd } = this.#context;
    // If the working directory is missing, the system reports the program as missing.
    const reason = existsSync(cwd) ? error.message : `its working directory "${cwd}" does not exist`;
    return `${this.#what} cannot be run: ${reason}`;
  }

  close(): void {
    // Nothing is kept between checks.
  }
}

function ending(code: number | null, signal: string | null): string {
  return code === null ? `was killed by ${signal ?? 'a signal'}` : `exited with code ${code}`;
}
