import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StoreUnavailableError } from '../model/errors.ts';
import type { Intention } from '../model/intention.ts';
import type { Notice } from '../model/notice.ts';
import type { HostFiles, IntentionCopy } from '../ports/host-files.ts';
import type { Log } from '../ports/log.ts';
import { unavailable } from './failure.ts';
import type { WriteGuard } from './write-queue.ts';
import { ANY_INTENTION, intentionCells } from './rows/intention-rows.ts';

const copySchema = z.object({ seq: z.int().nonnegative(), intentions: z.array(z.unknown()) });

const noticesSchema = z.array(
  z.object({
    code: z.enum(['store_lost', 'store_outdated', 'store_recovered', 'state_copied']),
    at: z.number(),
    message: z.string(),
  }),
);

/** The plain files in a state directory; each is always replaced as a whole. */
export class StateFiles implements HostFiles {
  readonly #stateDir: string;
  readonly #guard: WriteGuard;
  readonly #log: Log;
  /** The cached JSON of each intention, because a change of one rewrites all of them. */
  readonly #lines = new WeakMap<Intention, string>();

  /** Nothing is written while the guard reports a problem: it may be another directory. */
  constructor(stateDir: string, { guard, log }: { readonly guard: WriteGuard; readonly log: Log }) {
    this.#stateDir = stateDir;
    this.#guard = guard;
    this.#log = log;
  }

  async readIntentions(after: number): Promise<IntentionCopy | null> {
    const copy = await this.#read('intentions.json', copySchema);
    if (copy === null || copy.seq <= after) return null; // parsing 1,000 intentions takes 0.1 s
    const intentions = copy.intentions.flatMap((cells) => {
      const parsed = ANY_INTENTION.safeParse(cells);
      if (!parsed.success)
        this.#log.error({ err: parsed.error }, 'an intention in the copy cannot be read; it is skipped');
      return parsed.success ? [parsed.data] : [];
    });
    return { seq: copy.seq, intentions };
  }

  writeIntentions({ seq, intentions }: IntentionCopy): Promise<void> {
    const lines = intentions.map((intention) => this.#lineOf(intention));
    return this.#write('intentions.json', `{"seq":${seq},"intentions":[\n${lines.join(',\n')}\n]}`);
  }

  async readNotices(): Promise<readonly Notice[]> {
    return (await this.#read('notices.json', noticesSchema)) ?? [];
  }

  writeNotices(notices: readonly Notice[]): Promise<void> {
    return this.#write('notices.json', JSON.stringify(notices));
  }

  #lineOf(intention: Intention): string {
    const known = this.#lines.get(intention);
    if (known !== undefined) return known;
    const line = JSON.stringify(intentionCells(intention));
    this.#lines.set(intention, line);
    return line;
  }

  async #read<T>(name: string, schema: z.ZodType<T>): Promise<T | null> {
    const file = join(this.#stateDir, name);
    try {
      return schema.parse(JSON.parse(await readFile(file, 'utf8')));
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      this.#log.error({ err: error, file }, 'a file of the state directory cannot be read; it is ignored');
      return null;
    }
  }

  async #write(name: string, content: string): Promise<void> {
    const problem = this.#guard.check();
    if (problem !== null) throw new StoreUnavailableError(problem);
    const file = join(this.#stateDir, name);
    try {
      await writeFile(`${file}.new`, `${content}\n`, { mode: 0o600, flush: true });
      await rename(`${file}.new`, file);
    } catch (error) {
      throw unavailable(file, 'written', error);
    }
  }
}
