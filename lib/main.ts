#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseCommandLine } from './cli/command-line.ts';
import { EXIT } from './cli/output/exit-codes.ts';
import type { RunResult } from './serve.ts';

/**
 * Runs what the command line says and resolves when the API is ready or there is nothing to wait for. Loads what the command needs
 * and no more. Installs the signal handlers of a host; never ends the process.
 */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<RunResult> {
  const line = parseCommandLine(argv, env);
  switch (line.type) {
    case 'exit':
      (line.code === EXIT.ok ? process.stdout : process.stderr).write(line.output);
      return { url: null, exited: Promise.resolve(line.code) };
    case 'task':
      return { url: null, exited: line.task({ env, out: process.stdout, err: process.stderr }) };
    case 'serve': {
      const { runServe } = await import('./serve.ts');
      return runServe(line.options, env);
    }
  }
}

/** Whether this file is the program, also when it is started through a link such as an npm bin. */
function isProgram(): boolean {
  const program = process.argv[1];
  return program !== undefined && realpathSync(program) === fileURLToPath(import.meta.url);
}

if (isProgram()) {
  const { exited } = await run(process.argv.slice(2), process.env);
  process.exit(await exited);
}
