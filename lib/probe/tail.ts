import { withoutValues } from '../model/redaction.ts';

const KEPT = 2 * 1024;
const SHOWN = 300;

/** The last bytes of what a command says, for a sentence about it. */
export class Tail {
  #kept = Buffer.alloc(0);

  take(chunk: Buffer): void {
    this.#kept = Buffer.from(Buffer.concat([this.#kept, chunk.subarray(-KEPT)]).subarray(-KEPT));
  }

  /** `: ` and the last line that is not empty, without control characters and values of `env`; empty when there is none. */
  sentence(env: Readonly<Record<string, string>>): string {
    const lines = withoutValues(this.#kept.toString('utf8'), env).split('\n');
    const last = lines.map((line) => line.replace(/\p{Cc}+/gu, ' ').trim()).findLast((line) => line !== '');
    return last === undefined ? '' : `: ${last.length > SHOWN ? `${last.slice(0, SHOWN)}…` : last}`;
  }
}
