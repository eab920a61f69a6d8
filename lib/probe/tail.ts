import { withoutValues } from '../model/values/redaction.ts';

const KEPT = 8 * 1024;
const SHOWN = 300;

/** The last bytes of what a command says, for a sentence about it. */
export class Tail {
  #kept = Buffer.alloc(0);
  #isCut = false;

  take(chunk: Buffer): void {
    this.#isCut ||= this.#kept.length + chunk.length > KEPT;
    this.#kept = Buffer.from(Buffer.concat([this.#kept, chunk.subarray(-KEPT)]).subarray(-KEPT));
  }

  /** `: ` and the last line that is not empty, without control characters and values of `env`; empty when there is none. */
  sentence(env: Readonly<Record<string, string>>): string {
    const reported = withoutValues(this.#kept.toString('utf8'), env);
    // What was kept may begin in the middle of a value, which is not known for one any more.
    const lines = (this.#isCut ? reported.slice(longestOf(env)) : reported).split('\n');
    const last = lines.map((line) => line.replace(/\p{Cc}+/gu, ' ').trim()).findLast((line) => line !== '');
    return last === undefined ? '' : `: ${last.length > SHOWN ? `${last.slice(0, SHOWN)}…` : last}`;
  }
}

function longestOf(env: Readonly<Record<string, string>>): number {
  return Math.max(0, ...Object.values(env).map((value) => value.length));
}
