import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { createHttpApp } from '../../../lib/http/app.ts';
import type { HttpAppOptions } from '../../../lib/http/app.ts';
import { listen } from '../../../lib/http/server/listen.ts';
import type { Listening, ListenOptions } from '../../../lib/http/server/listen.ts';
import type { Log } from '../../../lib/ports/log.ts';
import { openAccess, type OpenAccess } from '../../../lib/http/access/tokens.ts';
import { misfit } from '../../support/conformity.ts';
import { FakeControl } from '../../support/control/fake-control.ts';
import { LIBRARY } from '../../support/actors/machines.ts';
import { NO_NUMBERS } from '../../support/control/no-numbers.ts';

/** The version that every answer must carry. */
export const VERSION = '9.8.7';

/** Tokens that do not change; null: none of that scope. */
export function fixedTokens(full: string | null, readOnly: string | null): OpenAccess {
  const origin = (token: string | null) =>
    token === null ? null : ({ type: 'value', tokens: [{ token, name: null }] } as const);
  return openAccess({ full: origin(full), readOnly: origin(readOnly) }, recordingLog([]));
}

/** One record of the log. */
export interface LogRecord {
  readonly level: keyof Log;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON; undefined when it is not JSON. */
  readonly json: unknown;
}

interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON if it is an object, as it is if it is text or bytes. */
  readonly body?: object | string | Buffer;
  /** The fake control throws what this route never would: the document cannot know the answer. */
  readonly isUndocumented?: boolean;
}

/** A log that can be read again. */
export function recordingLog(records: LogRecord[]): Log {
  const at =
    (level: keyof Log) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      records.push({ level, fields, message });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // an answer that is not JSON; what it should be, the spec says
  }
}

/** The app over a fake control, listening on a free port. */
export class ApiUnderTest {
  readonly control = new FakeControl();
  readonly records: LogRecord[] = [];
  #listening: Listening | null = null;

  async open(options: Partial<HttpAppOptions> = {}, listening: Partial<ListenOptions> = {}): Promise<this> {
    const log = recordingLog(this.records);
    const access = { full: null, readOnly: null };
    const world = {
      name: 'Plant 7',
      control: this.control,
      exposition: NO_NUMBERS,
      machines: LIBRARY,
      log,
      version: VERSION,
    };
    const app = createHttpApp({ ...world, access, allowedHosts: [], ...options });
    const place = { type: 'tcp', host: '127.0.0.1', port: 0 } as const;
    this.#listening = await listen(app, { place, version: VERSION, log, ...listening });
    return this;
  }

  get listening(): Listening {
    if (this.#listening === null) throw new Error('the API is not open');
    return this.#listening;
  }

  get port(): number {
    return Number(new URL(this.listening.url).port);
  }

  /** Where connections go, in the words of node:net and node:http. */
  get target(): { readonly path: string } | { readonly host: string; readonly port: number } {
    const { url } = this.listening;
    return url.startsWith('unix:') ? { path: url.slice('unix:'.length) } : { host: '127.0.0.1', port: this.port };
  }

  /** How many connections are open. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.listening.server.getConnections((error, count) => {
        if (error === null) resolve(count);
        else reject(error);
      });
    });
  }

  async close(): Promise<void> {
    await this.#listening?.close(0);
    this.#listening = null;
  }

  /** Sends one request on a connection of its own, with headers that fetch would not let through (Host). */
  send(
    method: string,
    path: string,
    { headers = {}, body, isUndocumented = false }: RequestOptions = {},
  ): Promise<Answer> {
    const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
    const payload = isJson ? JSON.stringify(body) : body;
    const type = isJson ? { 'content-type': 'application/json' } : {};
    return new Promise((resolve, reject) => {
      const { target } = this;
      const to = 'path' in target ? { socketPath: target.path } : target;
      const connection = { ...to, agent: false, setHost: !('host' in headers) };
      const request = httpRequest({ ...connection, method, path, headers: { ...type, ...headers } }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('end', () => {
          const { statusCode: status = 0, headers: answered } = response;
          const wrong = isUndocumented
            ? null
            : misfit({ method, path, status, contentType: answered['content-type'] ?? null, text });
          if (wrong !== null) reject(new Error(`An answer does not fit the OpenAPI document: ${wrong}.`));
          resolve({ status, headers: answered, text, json: jsonOf(text) });
        });
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(payload);
    });
  }

  /** Writes bytes to a connection, ends it, and gives all that comes back. */
  raw(bytes: string | Buffer): Promise<string> {
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(this.target, () => socket.end(bytes));
      socket.setEncoding('latin1');
      socket.on('data', (part: string) => (text += part));
      socket.on('error', reject);
      socket.on('close', () => {
        resolve(text);
      });
    });
  }
}
