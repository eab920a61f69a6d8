import type { ProblemCode } from '../../api/problems.ts';
import type { Problem } from '../../api/schemas/problem.ts';
import { ProblemError, UnreachableError } from '../../client/client.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import type { Millis } from '../../model/values/time.ts';
import { printJson, type TextStream } from '../output/io.ts';
import { visibleOn } from '../output/visible.ts';
import { OptionError } from '../serve/option-values.ts';
import { HostAbsentError, type HostPlace } from './connection.ts';

/** Why a command did not do what it was asked. */
export interface Complaint {
  readonly code: number;
  /** What programs get: the problem document of the host, or one with what the command itself has to say. */
  readonly document: Partial<Problem>;
}

/** The host has not taken a command in the time that the user gives it; it may have all the same. */
export class NotTakenError extends Error {
  constructor(timeout: Millis, moreBy: string) {
    super(
      `The host did not answer within ${spokenDuration(timeout)}. It may have accepted the command; check with \`${moreBy}\`.`,
    );
    this.name = 'NotTakenError';
  }
}

/** A complaint that no host made. */
export function ownComplaint(code: number, title: string, detail: string): Complaint {
  return { code, document: { title, detail } };
}

/** What an error of a command means; null: it is a mistake in this program. `source`: who said where the host is. */
export function complaintOf(error: unknown, source: HostPlace['source']): Complaint | null {
  if (error instanceof ProblemError) return { code: EXIT.failed, document: error.problem };
  if (error instanceof HostAbsentError) return notReachable(error.message);
  if (error instanceof UnreachableError) {
    const { cause } = error;
    return notReachable(cause instanceof HostAbsentError ? cause.message : unreachable(error, source));
  }
  if (error instanceof OptionError) return ownComplaint(EXIT.usage, 'Unusable option', error.message);
  if (error instanceof NotTakenError) return ownComplaint(EXIT.timedOut, 'Timed out', error.message);
  return null;
}

function notReachable(detail: string): Complaint {
  return ownComplaint(EXIT.unreachable, 'Host not reachable', detail);
}

/** Says it on stderr: in sentences for people, or as one document for programs. */
export function complain(err: TextStream, { document }: Complaint, isJson: boolean): void {
  if (isJson) printJson(err, document);
  else err.write(visibleOn(err, `error: ${problemText(document)}\n`));
}

const TOKEN_HINT = 'give the token with --token-file, or in COREDINATOR_TOKEN';

/** What to do on a command line about a problem of that code. */
const HINTS: Readonly<Partial<Record<ProblemCode, string>>> = {
  agent_not_found: '`coredinator agents list` shows the known ones',
  service_not_found: '`coredinator services list` shows the known ones',
  token_required: TOKEN_HINT,
  token_read_only: 'give a token with full access with --token-file, or in COREDINATOR_TOKEN',
};

/** The fields of requests that users give by an option of their own. */
const FLAGS: Readonly<Partial<Record<string, string>>> = {
  agent_id: '--agent-id',
  coreio_id: '--coreio-id',
  if_exit: '--if-exit',
  type: '--type',
};

/** A problem for people: its sentence, a line for each field that it does not name, and what to do on a command line. */
export function problemText({ type = '', title, detail = title, errors = [] }: Partial<Problem>): string {
  const flags = errors.map(({ path }) => FLAGS[path]);
  if (errors.length > 0 && flags.every((flag) => flag !== undefined)) {
    return errors.map(({ message }, at) => `${flags[at] ?? ''}: ${message}.`).join('\n');
  }
  const sentence = detail ?? '';
  const hint = HINTS[codeOf(type) as ProblemCode]; // one of a later host has no hint
  return [
    sentence,
    ...errors.flatMap((issue) => fieldLine(issue, sentence)),
    ...(hint === undefined ? [] : [`hint: ${hint}.`]),
  ].join('\n');
}

function codeOf(type: string): string {
  return /#(\w+)$/.exec(type)?.[1] ?? '';
}

function fieldLine(
  { path, message, line, column }: NonNullable<Problem['errors']>[number],
  sentence: string,
): readonly string[] {
  if (line === undefined && sentence.includes(message)) return [];
  const place = line === undefined ? '' : `${line}:${column ?? 1}: `;
  return [`  ${place}${path === '' ? '' : `${path}: `}${message}`];
}

/** Errors of TLS whose certificate nobody vouches for. */
const UNKNOWN_AUTHORITY: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Why no host answered, and what to do about it. */
function unreachable({ url, reason, cause }: UnreachableError, source: HostPlace['source']): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const said = code === 'EPROTO' ? 'the server there does not use TLS' : reason;
  return `Cannot reach a host at ${url} (${said}): ${remedy(code, url, source)}.`;
}

function remedy(code: string, url: string, source: HostPlace['source']): string {
  if (UNKNOWN_AUTHORITY.has(code)) return 'give the CA certificate with --ca';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'use a host name in --url that the certificate contains';
  if (code === 'EPROTO') return `if a host is there, give --url ${url.replace(/^https:/, 'http:')}`;
  if (code === 'EACCES') return 'run this as the user of the host';
  if (code === 'ECONNRESET' && url.startsWith('http:')) {
    return `if a host is there and speaks TLS, give --url ${url.replace(/^http:/, 'https:')}`;
  }
  switch (source) {
    case 'url':
      return 'start the host, or correct the URL';
    case 'folder':
      return 'the host that listened there is gone without a clean shutdown; start it again';
    case 'default':
      return 'start a host, or name one with --url or --base-path';
  }
}
