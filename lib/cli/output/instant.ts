import { parseDuration } from '../../model/duration.ts';
import { isoOf, type Instant } from '../../model/time.ts';
import { OptionError } from '../serve/option-values.ts';

/** The value of `--since` as the API wants it, from an instant or from a span before now. Throws OptionError. */
export function instantOf(text: string, now: Instant): string {
  const span = parseDuration(text);
  if (span.type === 'duration') return isoOf(now - span.ms);
  const instant = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(instant)) return isoOf(instant);
  throw new OptionError(`--since: "${text}" is neither a span such as 5m nor an instant such as 2026-01-02T03:04:05Z.`);
}
