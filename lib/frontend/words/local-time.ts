import { withInstants } from './sentence.ts';

/** An instant of the API in the time zone of this machine, `2026-01-02 03:04:05.678`, or as it is. */
export function shownTime(iso: string, isUtc = false): string {
  if (isUtc) return iso;
  const time = new Date(iso);
  const two = (number: number): string => String(number).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** A sentence of the host with its instants in the time zone of this machine, to the second. */
export function localSentence(sentence: string): string {
  return withInstants(sentence, (iso) => shownTime(iso).slice(0, 19));
}
