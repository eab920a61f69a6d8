import type { ProblemCode } from '../../api/problems.ts';
import type { Problem } from '../../api/schemas/problem.ts';
import { ProblemError, UnreachableError } from '../../client/client.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import type { Millis } from '../../model/values/time.ts';
import { printJson, type TextStream } from '../output/io.ts';
import { wrapped } from '../output/table.ts';
import { visibleOn } from '../output/visible.ts';
import { OptionError } from '../serve/option-values.ts';
import { HostAbsentError, type HostLocation } from './connection.ts';

/** Why a command failed. */
export interface Failure {
  readonly code: number;
  /** The output for programs: the problem document of the host, or one from the command itself. */
  readonly document: Partial<Problem>;
}

/** The host has not responded within the timeout, but may have accepted the command. */
export class NotAcceptedError extends Error {
  constructor(timeout: Millis, detailsCommand: string) {
    super(
      `The host did not answer within ${spokenDuration(timeout)}. It may have accepted the command; for details run \`${detailsCommand}\`.`,
    );
    this.name = 'NotAcceptedError';
  }
}

/** A failure that the command itself detected. */
export function commandFailure(code: number, title: string, detail: string): Failure {
  return { code, document: { title, detail } };
}

/** Describes an error of a command; null: a bug in this program. `source`: where the address of the host came from. */
export function failureOf(error: unknown, source: HostLocation['source']): Failure | null {
  if (error instanceof ProblemError) return { code: EXIT.failed, document: error.problem };
  if (error instanceof HostAbsentError) return notReachable(error.message);
  if (error instanceof UnreachableError) {
    const { cause } = error;
    return notReachable(cause instanceof HostAbsentError ? cause.message : unreachable(error, source));
  }
  if (error instanceof OptionError) return commandFailure(EXIT.usage, 'Invalid option', error.message);
  if (error instanceof NotAcceptedError) return commandFailure(EXIT.timedOut, 'Timed out', error.message);
  return null;
}

function notReachable(detail: string): Failure {
  return commandFailure(EXIT.unreachable, 'Host not reachable', detail);
}

/** Prints it to stderr: sentences for people, with the id that was probably meant, or one document for programs. */
export function printFailure(
  err: TextStream,
  { document }: Failure,
  isJson: boolean,
  similar: string | null = null,
): void {
  if (isJson) printJson(err, document);
  else {
    const question = similar === null ? '' : `\nDid you mean "${similar}"?`;
    const width = err.isTTY === true ? err.columns : undefined;
    err.write(visibleOn(err, `${wrapped(`error: ${problemText(document)}${question}`, width)}\n`));
  }
}

const TOKEN_HINT = 'provide a token with --token-file or COREDINATOR_TOKEN';

/** Hints for the command line, by problem code. */
const HINTS: Readonly<Partial<Record<ProblemCode, string>>> = {
  agent_not_found: '`coredinator agents list` lists the known agents',
  service_not_found: '`coredinator services list` lists the known services',
  webhook_not_found: '`coredinator webhooks list` lists the webhooks of the host',
  webhook_not_muted: '`coredinator webhooks list` lists the mutes in effect',
  token_required: TOKEN_HINT,
  token_read_only: 'provide a token with full access with --token-file or COREDINATOR_TOKEN',
};

/** Request fields that have a command-line option. */
const FLAGS: Readonly<Partial<Record<string, string>>> = {
  agent_id: '--agent-id',
  coreio_id: '--coreio-id',
  if_exit: '--if-exit',
  type: '--type',
  until: '--until',
};

/**
 * A problem for people: its sentence, a line for each field that the sentence does not mention, and a hint for the
 * command line.
 */
export function problemText({ type = '', title, detail = title, errors = [], instance }: Partial<Problem>): string {
  const flags = errors.map(({ path }) => FLAGS[path]);
  if (errors.length > 0 && flags.every((flag) => flag !== undefined)) {
    return errors.map(({ message }, at) => `${flags[at] ?? ''}: ${message}.`).join('\n');
  }
  const sentence = detail ?? '';
  const hint = hintFor(codeOf(type), instance ?? '');
  return [
    sentence,
    ...errors.flatMap((issue) => fieldLine(issue, sentence)),
    ...(hint === undefined ? [] : [`hint: ${hint}.`]),
  ].join('\n');
}

function hintFor(code: string, path: string): string | undefined {
  if (code === 'service_not_found' && path.startsWith('/api/io/'))
    return '`coredinator io list` lists the shared coreio services';
  return HINTS[code as ProblemCode]; // codes of later hosts have no hint
}

function codeOf(type: string): string {
  return /#(\w+)$/.exec(type)?.[1] ?? '';
}

function fieldLine(
  { path, message, line, column }: NonNullable<Problem['errors']>[number],
  sentence: string,
): readonly string[] {
  const place = line === undefined ? '' : `${line}:${column ?? 1}: `;
  if (sentence.includes(place) && sentence.includes(message)) return [];
  return [`  ${place}${path === '' ? '' : `${path}: `}${message}`];
}

/** TLS errors for certificates of unknown authorities. */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Why no host responded, and what to do. */
function unreachable({ url, reason, cause }: UnreachableError, source: HostLocation['source']): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const why = code === 'EPROTO' ? 'the server does not use TLS' : reason;
  return `Cannot reach a host at ${url} (${why}): ${remedy(code, url, source)}.`;
}

function remedy(code: string, url: string, source: HostLocation['source']): string {
  if (UNKNOWN_AUTHORITY.has(code)) return 'provide the CA certificate with --ca';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'use a host name in --url that the certificate contains';
  if (code === 'EPROTO') return `if it is a host, use --url ${url.replace(/^https:/, 'http:')}`;
  if (code === 'EACCES') return 'run this as the user of the host';
  if (code === 'ECONNRESET' && url.startsWith('http:')) {
    return `if it is a host with TLS, use --url ${url.replace(/^http:/, 'https:')}`;
  }
  switch (source) {
    case 'url':
      return 'start the host, or correct the URL';
    case 'folder':
      return 'its host ended without a clean shutdown; start it again';
    case 'default':
      return 'start a host, or specify one with --url or --base-path';
  }
}
