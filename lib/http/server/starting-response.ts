import type { RequestListener } from 'node:http';
import type { HttpApp } from '../app.ts';
import { jsonText } from '../json-text.ts';
import { SECURITY_HEADERS } from '../security-headers.ts';
import type { UpgradeListener } from '../websocket-upgrades.ts';

/** Responds with 503 until all actors are restored; the host listens early so that processes can get its URL. */
export class StartingResponse {
  #listener: RequestListener;
  #upgrade: UpgradeListener = () => false;

  constructor(version: string) {
    const detail = 'The host is starting and restoring its state. Retry in a moment.';
    const problem = jsonText({ type: 'about:blank', title: 'Service Unavailable', status: 503, detail });
    this.#listener = (_, response) => {
      response.writeHead(503, {
        ...SECURITY_HEADERS,
        'Retry-After': '1',
        'Content-Type': 'application/problem+json',
        'X-CoreRL-Version': version,
      });
      response.end(problem);
    };
  }

  /** From now on the app handles requests. */
  open(app: HttpApp): void {
    this.#listener = app.callback();
    this.#upgrade = app.upgrade();
  }

  callback(): RequestListener {
    return (request, response) => {
      this.#listener(request, response);
    };
  }

  upgrade(): UpgradeListener {
    return (request, socket, head) => this.#upgrade(request, socket, head);
  }
}
