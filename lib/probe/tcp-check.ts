import { connect, type Socket } from 'node:net';
import type { ProbeCheck } from '../model/probe.ts';
import type { Millis } from '../model/values/time.ts';
import { failure, SUCCESS, type Check, type EndCheck, type Outcome } from './check.ts';
import { addressOf, networkReason, Way } from './network.ts';

/** Succeeds if a connection is accepted; nothing is sent. */
export class TcpCheck implements Check {
  readonly #host: string;
  readonly #port: number;
  readonly #address: string;
  readonly #way: Way;

  constructor({ host, port }: ProbeCheck & { readonly type: 'tcp' }, way = new Way(false)) {
    this.#way = way;
    this.#host = host;
    this.#port = port;
    this.#address = addressOf(host, port);
  }

  begin(timeoutMs: Millis, done: (outcome: Outcome | null) => void): EndCheck {
    const socket = connect({ host: this.#host, port: this.#port });
    const answer = (outcome: Outcome | null): void => {
      socket.destroy();
      done(outcome);
    };
    socket.once('connect', () => {
      this.#way.reached();
      answer(this.#isOwnEcho(socket) ? failure(`nothing is listening on ${this.#address}`) : SUCCESS);
    });
    socket.on('error', (error) => {
      const outcome = failure(networkReason(`a connection to ${this.#address}`, this.#address, error));
      answer(this.#way.after(error, outcome));
    });
    return () => {
      socket.destroy();
      return this.#way.withoutConnection(failure(`${this.#address} accepted no connection within ${timeoutMs} ms`));
    };
  }

  /**
   * If the port is in the ephemeral range, the system may give it to the connecting socket, which then connects to
   * itself.
   */
  #isOwnEcho({ localPort, remotePort, localAddress, remoteAddress }: Socket): boolean {
    return localPort === remotePort && localAddress === remoteAddress;
  }

  close(): void {
    // Nothing is kept between checks.
  }
}
