import { withoutValues } from '../model/values/redaction.ts';

const MAX_KEPT_BYTES = 8 * 1024;
const MAX_SHOWN_LENGTH = 300;

/** The last bytes that a command wrote, to be quoted in a reason. */
export class Tail {
  #kept = Buffer.alloc(0);
  #isCut = false;

  take(chunk: Buffer): void {
    this.#isCut ||= this.#kept.length + chunk.length > MAX_KEPT_BYTES;
    this.#kept = Buffer.from(Buffer.concat([this.#kept, chunk.subarray(-MAX_KEPT_BYTES)]).subarray(-MAX_KEPT_BYTES));
  }

  /** `: ` and the last nonempty line, without control characters and values of `env`; empty if there is none. */
  sentence(env: Readonly<Record<string, string>>): string {
    const reported = withoutValues(this.#kept.toString('utf8'), env);
    // The kept bytes may start in the middle of a value, which can no longer be recognized.
    const lines = (this.#isCut ? reported.slice(longestOf(env)) : reported).split('\n');
    const last = lines.map((line) => line.replace(/\p{Cc}+/gu, ' ').trim()).findLast((line) => line !== '');
    return last === undefined
      ? ''
      : `: ${last.length > MAX_SHOWN_LENGTH ? `${last.slice(0, MAX_SHOWN_LENGTH)}…` : last}`;
  }
}

function longestOf(env: Readonly<Record<string, string>>): number {
  return Math.max(0, ...Object.values(env).map((value) => value.length));
}
