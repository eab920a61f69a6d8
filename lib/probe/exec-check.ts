import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inheritedAs } from '../model/environment.ts';
import { withoutValues } from '../model/values/redaction.ts';
import { isAsHost, runAsLabel, type Account, type AccountChoice, type RunAs } from '../model/values/run-as.ts';
import type { Millis } from '../model/values/time.ts';
import type { Accounts } from '../ports/process-host.ts';
import type { CommandGuard } from '../ports/prober.ts';
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
  /** The inherited part of the environment. */
  readonly inherited: Readonly<Record<string, string>>;
  /** The variables of the service. */
  readonly variables: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Null: there is no native shim. */
  readonly guard: CommandGuard | null;
  /** The same as for the service. */
  readonly runAs: RunAs;
  readonly accounts: Accounts;
}

/** A command as reasons name it, without the values of `env`. */
export function commandLabel(command: readonly string[], env: Readonly<Record<string, string>>): string {
  // Before the text is cut: half a secret is still a secret.
  const words = withoutValues(command.join(' '), env);
  return `the command "${words.length > MAX_SHOWN_LENGTH ? `${words.slice(0, MAX_SHOWN_LENGTH)}…` : words}"`;
}

/** Succeeds if the command, run without a shell, exits with code 0 in time. Everything it started is killed with it. */
export class ExecCheck implements Check {
  readonly #context: ExecContext;
  readonly #what: string;

  constructor(context: ExecContext) {
    this.#context = context;
    this.#what = commandLabel(context.command, this.#env);
  }

  begin(timeoutMs: Millis, done: (outcome: Outcome) => void): EndCheck {
    const { accounts, runAs } = this.#context;
    if (isAsHost(runAs)) return this.#run(timeoutMs, null, done);
    let end: EndCheck | 'ended' | null = null;
    void accounts.choose(runAs).then((choice) => {
      if (end === 'ended') return;
      const refusal = this.#refusalOf(choice);
      if (refusal === null) end = this.#run(timeoutMs, choice?.type === 'found' ? choice.account : null, done);
      else done(failure(`${this.#what} cannot be run: ${refusal}`));
    });
    return () => {
      const begun = end;
      end = 'ended';
      return typeof begun === 'function' ? begun() : failure(this.#unfinished(timeoutMs));
    };
  }

  /** Why the command cannot run as the user of the service; null if it can. */
  #refusalOf(choice: AccountChoice | null): string | null {
    const { guard, runAs } = this.#context;
    if (choice?.type === 'refused') return choice.reason;
    return guard === null && choice?.account.isOwn === false
      ? `without the native shim nothing runs as ${runAsLabel(runAs)}`
      : null;
  }

  #unfinished(timeoutMs: Millis): string {
    return `${this.#what} did not finish within ${timeoutMs} ms`;
  }

  #run(timeoutMs: Millis, account: Account | null, done: (outcome: Outcome) => void): EndCheck {
    const child = this.#spawn(timeoutMs, account);
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
        code === 0 ? SUCCESS : failure(`${this.#what} ${ending(code, signal)}${stderr.sentence(this.#env)}`);
    });
    child.on('close', () => {
      if (exit !== null) done(exit());
    });
    return () => {
      if (exit === null) this.#end(child);
      child.stderr?.destroy();
      return exit?.() ?? failure(this.#unfinished(timeoutMs));
    };
  }

  #spawn(timeoutMs: Millis, account: Account | null): ChildProcess {
    const { command, guard, cwd, inherited, variables } = this.#context;
    const env = { ...(account === null ? inherited : inheritedAs(account.login, inherited)), ...variables };
    const words = guard === null ? command : [...guard(timeoutMs + GUARD_SLACK_MS, account), ...command];
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

  /** Every value that must not be shown. */
  get #env(): Readonly<Record<string, string>> {
    return { ...this.#context.inherited, ...this.#context.variables };
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
