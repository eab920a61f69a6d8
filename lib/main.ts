#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Task } from './cli/command-group.ts';
import { parseCommandLine } from './cli/command-line.ts';
import { interruptionOf } from './cli/host/interruption.ts';
import type { RunResult } from './cli/serve/serve.ts';
import { lostWorkingDirectory, surviveLostTerminals } from './cli/environment.ts';
import { EXIT } from './host/exit-codes.ts';

/**
 * Runs a command line. Resolves when the API is ready or there is nothing to wait for. Loads only what the command
 * needs. Installs the signal handlers of a host; never ends the process.
 */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<RunResult> {
  const line = parseCommandLine(argv, env);
  switch (line.type) {
    case 'exit':
      (line.code === EXIT.ok ? process.stdout : process.stderr).write(line.output);
      return { url: null, exited: Promise.resolve(line.code) };
    case 'task':
      return { url: null, exited: runTask(line.task, env) };
    case 'serve': {
      const { runServe } = await import('./cli/serve/serve.ts');
      return runServe(line.options, env, line.warnings);
    }
  }
}

/** A reader that closes the pipe (`| head`) ends the command without a message; any other write error is reported. */
async function runTask(task: Task, env: NodeJS.ProcessEnv): Promise<number> {
  const { stdin: keys, stdout: out, stderr: err } = process;
  err.on('error', () => undefined); // nobody can read the message
  const unwritten = new Promise<number>((resolve) => {
    out.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') {
        resolve(EXIT.ok);
        return;
      }
      err.write(`error: The output cannot be written (${error.message}); redirect it elsewhere.\n`);
      resolve(EXIT.failed);
    });
  });
  const io = { env, out, err, keys, interruption: () => interruptionOf(process) };
  const code = await Promise.race([task(io), unwritten]);
  return Promise.race([written(out).then(() => code), unwritten]);
}

/** Resolves when everything written so far has been flushed; never if that is impossible. */
function written(out: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    out.write('', (error) => {
      if (error == null) resolve();
    });
  });
}

/** Whether this file is the program that runs, even through a link such as an npm bin. */
function isProgram(): boolean {
  const program = process.argv[1];
  return program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url);
}

if (isProgram()) {
  const lost = lostWorkingDirectory();
  if (lost !== null) {
    process.stderr.write(`error: ${lost}\n`);
    process.exit(EXIT.usage);
  }
  surviveLostTerminals();
  const { exited } = await run(process.argv.slice(2), process.env);
  process.exit(await exited);
}
