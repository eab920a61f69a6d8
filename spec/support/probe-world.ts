import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import type { ProbeCheck, ProbeSpec } from '../../lib/model/probe.ts';
import type { Prober } from '../../lib/ports/prober.ts';
import type { ServiceLogs } from '../../lib/ports/service-logs.ts';
import { createProber, type ProberOptions } from '../../lib/probe/prober.ts';
import { recordingLog } from './control-world.ts';
import { eventually } from './eventually.ts';
import { probeSpec, probeSubject, Told } from './probe-specs.ts';
import { temporaryFolder } from './temporary.ts';

/** The logs of a prober that has no log line to look for. */
const NO_LOGS: ServiceLogs = {
  read: () => {
    throw new Error('There are no logs here.');
  },
  follow: () => {
    throw new Error('There are no logs here.');
  },
  keepBounded: () => undefined,
  close: () => Promise.resolve(),
};

/** A watch of the spec and what it was told. */
export interface Watched {
  readonly told: Told;
  readonly end: () => void;
  /** Resolves with everything told as soon as that many verdicts are there. */
  readonly verdicts: (count: number) => Promise<readonly string[]>;
}

/** A real prober and the servers that it asks. */
export class ProbeWorld {
  readonly folder = temporaryFolder();
  readonly log = recordingLog();
  readonly prober: Prober;
  readonly #servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

  constructor(options: Partial<ProberOptions> = {}) {
    const clock = { now: () => Date.now(), random: () => 0.5 };
    this.prober = createProber({ logs: NO_LOGS, clock, basePath: this.folder, log: this.log, ...options });
  }

  watch(check: ProbeCheck, probe: Partial<ProbeSpec> = {}, subject = probeSubject()): Watched {
    const told = new Told();
    const end = this.prober.watch(subject, 'readiness', probeSpec(check, probe), told);
    const verdicts = (count: number): Promise<readonly string[]> =>
      eventually(() => {
        expect(told.verdicts).to.have.lengthOf.at.least(count);
        return told.verdicts;
      }, 10_000);
    return { told, end, verdicts };
  }

  /** What a single check, or what became of it, tells. */
  async verdict(check: ProbeCheck, probe: Partial<ProbeSpec> = {}, subject = probeSubject()): Promise<string> {
    const { verdicts, end } = this.watch(check, probe, subject);
    const [verdict = ''] = await verdicts(1);
    end();
    return verdict;
  }

  /** A server that answers each request by `answer`; gives its port. */
  async http(answer: RequestListener, host = '127.0.0.1'): Promise<number> {
    return this.#listen(createHttpServer({ keepAliveTimeout: 60_000 }, answer), host);
  }

  /** A server that hands each connection to `greet`; gives its port. */
  async tcp(greet: (socket: Socket) => void): Promise<number> {
    return this.#listen(createTcpServer(greet), '127.0.0.1');
  }

  async #listen(server: Server, host: string): Promise<number> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined); // the prober may reset what it has no use for
      socket.on('close', () => void sockets.delete(socket));
    });
    this.#servers.push({ server, sockets });
    server.listen(0, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port; // it listens on TCP
  }

  /** A port on which nothing listens any more. */
  async freePort(): Promise<number> {
    const port = await this.tcp((socket) => socket.destroy());
    const last = this.#servers.pop();
    last?.server.close();
    if (last !== undefined) await once(last.server, 'close');
    return port;
  }

  /** Connections to the servers of this world that are open. */
  get connections(): number {
    return this.#servers.reduce((sum, { sockets }) => sum + sockets.size, 0);
  }

  async dispose(): Promise<void> {
    this.prober.close();
    for (const { server, sockets } of this.#servers.splice(0)) {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    }
  }
}

/** Counts requests, and waits until so many have come. */
export class Requests {
  readonly seen: IncomingMessage[] = [];

  async reach(count: number): Promise<void> {
    await eventually(() => {
      expect(this.seen).to.have.lengthOf.at.least(count);
    }, 10_000);
  }
}
