import { readFileSync } from 'node:fs';
import { createClient } from '../../client/client.ts';
import type { Task } from '../command-group.ts';
import { givenOption } from '../given-option.ts';
import { existingFile } from '../option-paths.ts';
import type { ProgramIo } from '../output/io.ts';
import { complain, complaintOf } from './complaint.ts';
import { presentation, type HostContext, type HostRun } from './context.ts';
import type { HostWords } from './host-options.ts';
import { hostPlace } from './host-url.ts';
import { exitCodeOfSignal } from './interruption.ts';
import { nodeFetch } from './node-fetch.ts';
import { tokenSource } from './token.ts';

/**
 * A command to a host as a task: it says in the words of the host, or in its own, what went wrong, and ends by the signal that ends the
 * program. Throws OptionError for words that cannot be used.
 */
export function hostTask(words: HostWords, env: NodeJS.ProcessEnv, run: HostRun): Task {
  const contextFor = contextMaker(words, env);
  return async (io) => {
    const interrupted = io.interruption();
    try {
      const code = await run(contextFor(io, interrupted));
      return interrupted.aborted ? exitCodeOfSignal(interrupted) : code;
    } catch (error) {
      // A request that was cut short is no fault of the host.
      if (interrupted.aborted) return exitCodeOfSignal(interrupted);
      const complaint = complaintOf(error);
      if (complaint === null) throw error;
      complain(io.err, complaint, words.json === true);
      return complaint.code;
    }
  };
}

function contextMaker(
  words: HostWords,
  env: NodeJS.ProcessEnv,
): (io: ProgramIo, interrupted: AbortSignal) => HostContext {
  const placeNow = hostPlace(words, env);
  const token = tokenSource(words, env);
  const caFile = givenOption(words.ca, '--ca', env);
  const ca = caFile === undefined ? null : readFileSync(existingFile(caFile), 'utf8');
  return (io, interrupted) => {
    const { url, socketPath, isLocal } = placeNow();
    const client = createClient({ url, token, fetch: nodeFetch({ socketPath, ca, signal: interrupted }) });
    const form = { isJson: words.json === true, ...presentation(io), now: Date.now };
    return { ...io, client, url, isLocal, interrupted, ...form };
  };
}
