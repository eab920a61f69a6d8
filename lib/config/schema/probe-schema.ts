import { z } from 'zod';
import { parseExpression } from '../../expression/expression.ts';
import type { ProbeKind, StatusRange } from '../../model/probe.ts';
import { duration, textTemplate, unlessMissing } from './shared-schemas.ts';
import { hasVariables, sampleOf } from './template.ts';

/** The kinds of checks; a probe has exactly one. */
export const CHECKS = ['http', 'tcp', 'exec', 'log_line'] as const;

/** The minimum period: with shorter ones a thousand services would do nothing but respond. */
const MIN_PERIOD_MS = 50;
const MAX_THRESHOLD = 1_000_000;

const PORT = 'must be a port from 1 to 65535, or a template such as "${port.http}"';

/** The problem of a port with its variables filled in; null: none. */
export function portProblem(text: string): string | null {
  const isPort = /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
  return isPort ? null : PORT;
}

/** The problem of a URL path with its variables filled in; null: none. */
export function pathProblem(text: string): string | null {
  return /^\/[^\s]*$/.test(text) ? null : 'must be a URL path, which begins with a slash and has no spaces';
}

/**
 * The problem of a regular expression with its variables filled in; null: none. The expression may contain a secret, so
 * it is not quoted.
 */
export function patternProblem(text: string): string | null {
  const parsed = parseExpression(text);
  return parsed.type === 'refused' ? parsed.problem : null;
}

const port = z
  .union([z.number(), z.string()], { error: unlessMissing(PORT) })
  .transform(String)
  .pipe(textTemplate('a port', (text) => (hasVariables(text) ? null : portProblem(text))))
  .meta({ description: 'A port from 1 to 65535, or a template such as "${port.http}".' });

const host = textTemplate('a host name or an address').describe('The host to connect to. Default: 127.0.0.1.');
const path = textTemplate('the path of a URL', (text) =>
  text.startsWith('${') ? null : pathProblem(sampleOf(text)),
).describe('The path to GET. Default: /api/healthcheck.');

const STATUS = 'must be a status such as "204" or a range such as "200-399"';
const status = z
  .union([z.string(), z.int()], { error: STATUS })
  .transform((given, context): StatusRange => {
    const [, from, to = from] = /^(\d{3})(?:-(\d{3}))?$/.exec(String(given)) ?? [];
    const range = { from: Number(from), to: Number(to) };
    if (range.from >= 100 && range.to <= 599 && range.from <= range.to) return range;
    context.addIssue({ code: 'custom', message: STATUS });
    return z.NEVER;
  })
  .meta({ description: 'A status such as "204", or a range such as "200-399".' });

const http = z.strictObject({
  port,
  path,
  host,
  status: z.array(status).min(1).describe('The statuses that count as success. Default: ["200-399"].'),
});
const tcp = z.strictObject({ port, host });
const exec = z.strictObject({
  command: z.array(textTemplate('text')).min(1).describe('A program and its arguments; exit code 0 counts as success.'),
});
const logLine = z.strictObject({
  pattern: textTemplate('a regular expression', (text) => patternProblem(sampleOf(text))).describe(
    'A regular expression (RE2: without lookaround and backreferences); succeeds permanently once a line of output of this launch matches.',
  ),
});

const DESCRIPTIONS = {
  http: 'GET http://host:port/path returns one of the statuses.',
  tcp: 'A connection can be opened.',
  exec: 'A command exits with code 0.',
  log_line: 'A line of the output matches.',
} as const;
const checks = {
  http: http.describe(DESCRIPTIONS.http).optional(),
  tcp: tcp.describe(DESCRIPTIONS.tcp).optional(),
  exec: exec.describe(DESCRIPTIONS.exec).optional(),
  log_line: logLine.describe(DESCRIPTIONS.log_line).optional(),
};
const checkLayers = {
  http: http.partial().describe(DESCRIPTIONS.http).optional(),
  tcp: tcp.partial().describe(DESCRIPTIONS.tcp).optional(),
  exec: exec.partial().describe(DESCRIPTIONS.exec).optional(),
  log_line: logLine.partial().describe(DESCRIPTIONS.log_line).optional(),
};

const threshold = z.int().min(1).max(MAX_THRESHOLD);
const timing = {
  initial_delay: duration.describe('The delay after the launch before the first check. Default: 0ms.'),
  period: duration
    .refine((ms) => ms >= MIN_PERIOD_MS, { error: `must be ${MIN_PERIOD_MS}ms or more` })
    .describe('The time from the start of one check to the start of the next; 50ms or more. Default: 10s.'),
  timeout: duration
    .refine((ms) => ms > 0, { error: 'must be longer than 0ms' })
    .describe('A check that takes longer fails. Default: 1s.'),
  failure_threshold: threshold.describe('The number of failures in a row for the probe to fail. Default: 3.'),
};
const successes = threshold.describe('The number of successes in a row for it to be ready again. Default: 1.');
/** One success ends a startup probe, and one keeps a service alive, as in Kubernetes. */
const oneSuccess = z
  .int()
  .refine((count) => count === 1, { error: 'must be 1 for a startup or liveness probe' })
  .describe('Always 1 for this probe.');

type Checks = Readonly<Partial<Record<(typeof CHECKS)[number], unknown>>>;

/** Rejects more than one check, a log line for liveness, and, in a complete probe, the absence of a check. */
function oneCheck(kind: ProbeKind, isLayer: boolean) {
  return (probe: Checks, context: z.RefinementCtx): void => {
    const given = CHECKS.filter((check) => probe[check] !== undefined);
    const [first, second] = given;
    if (first === undefined && !isLayer) {
      context.addIssue({ code: 'custom', message: 'must have one of http, tcp, exec and log_line' });
    }
    if (second !== undefined) {
      const message = `cannot be combined with ${String(first)}: a probe has one of http, tcp, exec and log_line`;
      context.addIssue({ code: 'custom', path: [second], message });
    }
    if (kind === 'liveness' && probe.log_line !== undefined) {
      const message = 'cannot be a liveness probe: a line written in the past says nothing about the present';
      context.addIssue({ code: 'custom', path: ['log_line'], message });
    }
  };
}

function complete<T extends z.ZodType<number>>(kind: ProbeKind, success_threshold: T) {
  return z
    .strictObject({ ...checks, ...timing, success_threshold })
    .superRefine(oneCheck(kind, false))
    .nullable();
}

function layer<T extends z.ZodType<number>>(kind: ProbeKind, success_threshold: T, description: string) {
  return z
    .strictObject({ ...checkLayers, ...z.object({ ...timing, success_threshold }).partial().shape })
    .superRefine(oneCheck(kind, true))
    .nullable()
    .describe(description);
}

/** The probes of a complete kind; null: no probe of that kind. */
export const probesSchema = z.strictObject({
  startup: complete('startup', oneSuccess),
  readiness: complete('readiness', successes),
  liveness: complete('liveness', oneSuccess),
});
/** The probes of a complete kind. */
export type Probes = z.output<typeof probesSchema>;
/** One of them. */
export type Probe = NonNullable<Probes[ProbeKind]>;

/** The probes in a document: any part of them; null disables one. */
export const probesLayer = z
  .strictObject({
    startup: layer(
      'startup',
      oneSuccess,
      'Decides when a launch counts as started; the other probes begin after it. null: none.',
    ),
    readiness: layer('readiness', successes, 'Decides whether the service is ready; never restarts it. null: none.'),
    liveness: layer(
      'liveness',
      oneSuccess,
      'Decides whether the service still works; if not, it is restarted. null: none.',
    ),
  })
  .partial();
