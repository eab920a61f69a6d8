import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A request as it arrived. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Which connection it came by. */
  readonly connection: number;
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** A server whose answers a spec writes, one after the other; the last one is repeated. */
export class ScriptedServer {
  readonly requests: SeenRequest[] = [];
  readonly #server: Server;
  readonly #answers: Answer[];
  readonly #connections = new Map<unknown, number>();

  private constructor(answers: readonly Answer[], tls: { readonly cert: string; readonly key: string } | null) {
    this.#answers = [...answers];
    const listener = (request: IncomingMessage, response: ServerResponse): void => void this.#take(request, response);
    this.#server = tls === null ? createHttpServer(listener) : createHttpsServer(tls, listener);
  }

  static async open(
    answers: readonly Answer[],
    tls: { readonly cert: string; readonly key: string } | null = null,
  ): Promise<ScriptedServer> {
    const server = new ScriptedServer(answers, tls);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port; // it listens on TCP
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers, socket } = request;
    const connection = this.#connections.get(socket) ?? this.#connections.size + 1;
    this.#connections.set(socket, connection);
    const seen = { method, url, headers, body: await text(request), connection };
    this.requests.push(seen);
    const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
    answer?.(seen, response);
  }
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** Answers with a `Status` object, like the API server when it refuses. */
export function status(
  code: number,
  reason: string,
  message: string,
  headers?: Readonly<Record<string, string>>,
): Answer {
  return json(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }, headers);
}
