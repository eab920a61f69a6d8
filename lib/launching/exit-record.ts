import type { ExitUsage, ProcessExit } from '../model/process.ts';
import type { Clock } from '../ports/clock.ts';
import { refusalIn, type Refusal } from './launch-failure.ts';
import { signalName } from './signal-names.ts';

type Fields = Readonly<Record<string, unknown>>;

/** How a main process ended. `execErrno` is not 0 when the program never ran; `refusal` says the same in full. */
export interface ExitRecord {
  /** 0: there never was a process. */
  readonly pid: number;
  readonly code: number | null;
  readonly signal: number | null;
  readonly execErrno: number;
  readonly refusal: Refusal | null;
  readonly endedAt: number;
  /** Null: its shim does not measure it. */
  readonly usage: ExitUsage | null;
}

/** The object in a line of JSON; null if it is not an object. */
export function parseFields(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Fields) : null; // any object has unknown fields
  } catch {
    return null; // a partial file counts as absent
  }
}

/** Whether a field is a whole number from 0. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

/** The exit record in these fields; null if they are none. */
export function exitIn(fields: Fields | null): ExitRecord | null {
  if (fields === null) return null;
  const { pid, code, signal, exec_errno: execErrno, end: endedAt, max_rss: maxRss, cpu_ms: cpuMs } = fields;
  if (!isCount(execErrno) || !isCount(endedAt)) return null;
  const refusal = execErrno === 0 ? null : refusalIn({ ...fields, errno: execErrno });
  const usage = isCount(maxRss) && isCount(cpuMs) ? { maxRss, cpuMs } : null;
  const how = { code: isCount(code) ? code : null, signal: isCount(signal) ? signal : null };
  return { pid: isCount(pid) ? pid : 0, ...how, execErrno, refusal, endedAt, usage };
}

/** Whether the record is of a program that ran. */
export function hasRun({ pid, execErrno }: ExitRecord): boolean {
  return pid !== 0 && execErrno === 0;
}

/** The end of a main process according to its record; without a record it is unknown. */
export function exitOf(record: ExitRecord | null, clock: Clock): ProcessExit {
  if (record === null) return { code: null, signal: null, at: clock.now(), isKnown: false };
  const { code, signal, endedAt, usage } = record;
  const exit = { code, signal: signal === null ? null : signalName(signal), at: endedAt, isKnown: true };
  return usage === null ? exit : { ...exit, usage };
}
