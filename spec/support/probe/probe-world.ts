import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import type { ProbeCheck, ProbeSpec } from '../../../lib/model/probe.ts';
import type { Prober } from '../../../lib/ports/prober.ts';
import type { ServiceLogs } from '../../../lib/ports/service-logs.ts';
import { createProber, type ProberOptions } from '../../../lib/probe/prober.ts';
import { recordingLog } from '../control/control-world.ts';
import { eventually } from '../eventually.ts';
import { ONLY_HOST } from '../process/accounts.ts';
import { temporaryFolder } from '../temporary.ts';
import { probeSpec, probeTarget, RecordedVerdicts } from './probe-specs.ts';

/** The logs of a prober without log-line probes. */
const NO_LOGS: ServiceLogs = {
  read: () => {
    throw new Error('There are no logs here.');
  },
  follow: () => {
    throw new Error('There are no logs here.');
  },
  merge: () => {
    throw new Error('There are no logs here.');
  },
  search: () => Promise.reject(new Error('There are no logs here.')),
  keepBounded: () => undefined,
  close: () => Promise.resolve(),
};

/** A watch and its verdicts. */
export interface Watched {
  readonly recorded: RecordedVerdicts;
  readonly end: () => void;
  /** Resolves with all verdicts once there are at least `count`. */
  readonly verdicts: (count: number) => Promise<readonly string[]>;
}

/** A real prober and servers for it to check. */
export class ProbeWorld {
  readonly folder = temporaryFolder();
  readonly log = recordingLog();
  readonly prober: Prober;
  readonly #servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];

  constructor(options: Partial<ProberOptions> = {}) {
    const clock = { now: () => Date.now(), random: () => 0.5 };
    this.prober = createProber({
      logs: NO_LOGS,
      clock,
      basePath: this.folder,
      log: this.log,
      accounts: ONLY_HOST,
      ...options,
    });
  }

  watch(check: ProbeCheck, probe: Partial<ProbeSpec> = {}, target = probeTarget()): Watched {
    const recorded = new RecordedVerdicts();
    const end = this.prober.watch(target, 'readiness', probeSpec(check, probe), recorded);
    const verdicts = (count: number): Promise<readonly string[]> =>
      eventually(() => {
        expect(recorded.verdicts).to.have.lengthOf.at.least(count);
        return recorded.verdicts;
      }, 10_000);
    return { recorded, end, verdicts };
  }

  /** The first verdict. */
  async verdict(check: ProbeCheck, probe: Partial<ProbeSpec> = {}, target = probeTarget()): Promise<string> {
    const { verdicts, end } = this.watch(check, probe, target);
    const [verdict = ''] = await verdicts(1);
    end();
    return verdict;
  }

  /** Starts a server that handles each request with `answer`; returns its port. */
  async http(answer: RequestListener, host = '127.0.0.1'): Promise<number> {
    return this.#listen(createHttpServer({ keepAliveTimeout: 60_000 }, answer), host);
  }

  /** Starts a server that passes each connection to `greet`; returns its port. */
  async tcp(greet: (socket: Socket) => void): Promise<number> {
    return this.#listen(createTcpServer(greet), '127.0.0.1');
  }

  async #listen(server: Server, host: string): Promise<number> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined); // the prober may reset connections
      socket.on('close', () => void sockets.delete(socket));
    });
    this.#servers.push({ server, sockets });
    server.listen(0, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port; // it listens on TCP
  }

  /** A port on which nothing listens. */
  async freePort(): Promise<number> {
    const port = await this.tcp((socket) => socket.destroy());
    const last = this.#servers.pop();
    last?.server.close();
    if (last !== undefined) await once(last.server, 'close');
    return port;
  }

  /** The number of open connections to the servers of this world. */
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

/** Records requests, and waits for a number of them. */
export class Requests {
  readonly seen: IncomingMessage[] = [];

  async reach(count: number): Promise<void> {
    await eventually(() => {
      expect(this.seen).to.have.lengthOf.at.least(count);
    }, 10_000);
  }
}
