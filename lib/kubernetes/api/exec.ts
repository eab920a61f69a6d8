import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { WebSocket, type ClientOptions } from 'ws';
import { systemCodeOf } from '../../model/system-error.ts';
import type { Timers } from '../../ports/clock.ts';
import type { ClusterAccess } from './access.ts';
import { ApiError, refusalOf } from './api-error.ts';

/** Each message begins with the number of its channel; a status ends the exchange. */
const PROTOCOL = 'v4.channel.k8s.io';
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const MAX_OUTPUT = 64 * 1024;

export interface ExecRequest {
  /** Of the pod, such as `/api/v1/namespaces/plant/pods/pump`. */
  readonly path: string;
  readonly container: string;
  readonly command: readonly string[];
  /** Until the command has ended. */
  readonly limitMs: number;
  /** Whose output is wanted; default: both. */
  readonly streams?: readonly ('stdout' | 'stderr')[];
  /** Called when the command certainly runs. */
  readonly begun?: () => void;
}

/** How a command in a container ended. */
export interface ExecResult {
  readonly exitCode: number;
  /** The first 64 KiB of what it wrote to stdout and stderr. */
  readonly output: string;
}

interface ExecStatus {
  readonly status?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

/** Runs a command in a container. Rejects with an ApiError if it cannot be run, or does not end in time. */
export async function execInPod(access: ClusterAccess, request: ExecRequest, timers: Timers): Promise<ExecResult> {
  const { headers, isVerified, serverName, ...tls } = await access.credentials();
  const url = new URL(`${access.server.replace(/^http/, 'ws')}${request.path}/exec`);
  for (const word of request.command) url.searchParams.append('command', word);
  url.searchParams.append('container', request.container);
  for (const stream of request.streams ?? ['stdout', 'stderr']) url.searchParams.append(stream, 'true');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const servername = serverName ?? (isIP(host) === 0 ? host : '');
  const options: ClientOptions & ConnectionOptions = {
    ...tls,
    headers,
    servername,
    rejectUnauthorized: isVerified,
    perMessageDeflate: false,
  };
  return exchange(new WebSocket(url, PROTOCOL, options), request, timers);
}

function exchange(socket: WebSocket, { path, limitMs, begun }: ExecRequest, timers: Timers): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const output: Buffer[] = [];
    let length = 0;
    const end = (settle: () => void): void => {
      timers.clearTimeout(timer);
      socket.terminate();
      settle();
    };
    const fail = (error: ApiError): void => {
      end(() => {
        reject(error);
      });
    };
    const unanswered = (reason: string, message: string): ApiError =>
      new ApiError(`exec in ${path}: ${message}`, { status: null, reason, isUncertain: true });
    const timer = timers.setTimeout(() => {
      fail(unanswered('ETIMEDOUT', `the command did not end within ${limitMs / 1_000} s`));
    }, limitMs);
    socket.on('open', () => begun?.());
    socket.on('message', (data: Buffer) => {
      const channel = data[0];
      const bytes = data.subarray(1);
      if ((channel === STDOUT || channel === STDERR) && length < MAX_OUTPUT) {
        output.push(bytes.subarray(0, MAX_OUTPUT - length));
        length += bytes.length;
      }
      if (channel !== STATUS) return;
      const code = exitCodeIn(bytes.toString('utf8'));
      end(() => {
        if (typeof code === 'number') resolve({ exitCode: code, output: Buffer.concat(output).toString('utf8') });
        else reject(unanswered('EEXEC', code));
      });
    });
    socket.on('unexpected-response', (_request, response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        fail(refusalOf(`exec in ${path}`, response.statusCode ?? 0, text, undefined));
      });
    });
    socket.on('error', (error) => {
      fail(unanswered(systemCodeOf(error) || 'ECONNRESET', error.message));
    });
    socket.on('close', () => {
      fail(unanswered('ECONNRESET', 'the connection was closed before the command ended'));
    });
  });
}

/** The exit code in a status, or the sentence that says why there is none. */
function exitCodeIn(text: string): number | string {
  const status = JSON.parse(text) as ExecStatus; // the API server is believed to send what its API says
  if (status.status === 'Success') return 0;
  const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  return code === undefined ? (status.message ?? 'the command could not be run') : Number(code);
}
