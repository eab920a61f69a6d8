import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Launch, LocalShimKind } from '../../../lib/model/process.ts';
import type { ServiceId } from '../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../lib/model/values/run-as.ts';
import type { LaunchRequest, ProcessHost } from '../../../lib/ports/process-host.ts';
import {
  createLocalProcessHost,
  type LocalHost,
  type LocalProcessHostOptions,
} from '../../../lib/process/local-process-host.ts';
import { shimsOf } from '../../../lib/process/launch/shim-kind.ts';
import { memoryLedger, type MemoryLedger } from '../store/memory-ledger.ts';
import { temporaryFolder } from '../temporary.ts';
import { shellShims } from './earlier/shell-shims.ts';

/**
 * The instance of all these hosts; unique to this run, as orphans are searched for in the whole process table, and may
 * be killed.
 */
export const INSTANCE_ID = `test-instance-${randomUUID()}`;

const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;
const KILL = { signal: 'SIGKILL', graceMs: 0 } as const;

/** The warnings and errors in the log of a host. */
export interface LoggedWorry {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** A state directory with successive hosts, and programs to launch. */
export class LocalProcessWorld {
  readonly folder = temporaryFolder();
  readonly stateDir = join(this.folder, 'state');
  readonly ledger: MemoryLedger = memoryLedger();
  readonly worries: LoggedWorry[] = [];
  readonly #kind: LocalShimKind;
  readonly #hosts = new Set<ProcessHost>();
  readonly #held: number[] = [];
  #scripts = 0;

  constructor(kind: LocalShimKind) {
    this.#kind = kind;
    mkdirSync(this.stateDir);
  }

  /** A new host on the same state directory; close the previous one first. */
  async open(options: Partial<LocalProcessHostOptions> = {}): Promise<LocalHost> {
    const worry = (fields: LoggedWorry['fields'], message: string): void => void this.worries.push({ fields, message });
    const silent = (): void => undefined;
    const log = { debug: silent, info: silent, warn: worry, error: worry };
    const host = await createLocalProcessHost({
      stateDir: this.stateDir,
      basePath: this.folder,
      instanceId: INSTANCE_ID,
      hostUrl: () => 'http://127.0.0.1:1',
      ledger: this.ledger,
      log,
      clock: { now: Date.now, random: Math.random },
      shims: this.#kind === 'sh' ? shellShims() : shimsOf(this.#kind, log),
      ...options,
    });
    this.#hosts.add(host);
    return host;
  }

  /** Closes a host as in an orderly shutdown. */
  async close(host: ProcessHost): Promise<void> {
    this.#hosts.delete(host);
    await host.close();
  }

  /** Writes an executable shell script; returns its path. */
  script(body: string): string {
    this.#scripts += 1;
    const file = join(this.folder, `program-${this.#scripts}`);
    writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    return file;
  }

  /** A request for a program; by default one that exits with the code given to exit(). */
  request(serviceId: ServiceId, generation: number, overrides: Partial<LaunchRequest> = {}): LaunchRequest {
    const program = {
      version: '1.2.3',
      env: {},
      cwd: null,
      stop: STOP,
      limits: NO_LIMITS,
      maxLogBytes: 1024 ** 2,
      output: 'separate' as const,
      ...AS_HOST,
      agentId: null,
    };
    const request = { serviceId, generation, args: [], ...program, ...overrides };
    if (overrides.executablePath !== undefined) return { ...request, executablePath: overrides.executablePath };
    const orders = this.#ordersFile(serviceId, generation);
    execFileSync('mkfifo', [orders]);
    this.#held.push(openSync(orders, constants.O_RDWR | constants.O_NONBLOCK));
    return { ...request, executablePath: this.script('read code <"$1"; exit "$code"'), args: [orders] };
  }

  #ordersFile(serviceId: ServiceId, generation: number): string {
    return join(this.folder, `${serviceId}-${generation}.orders`);
  }

  /** Makes the default program exit. */
  exit({ serviceId, generation }: Launch, code: number): void {
    const fd = openSync(this.#ordersFile(serviceId, generation), constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(fd, `${code}\n`);
    this.#held.push(fd);
  }

  /** The pid of the shim of a launch, from its claim. */
  shimOf({ launchId }: Launch): number {
    const claim = readFileSync(join(this.stateDir, 'run', launchId, 'claim'), 'utf8');
    return (JSON.parse(claim) as { pid: number }).pid;
  }

  /** The names in a folder of the state directory, including hidden ones. */
  list(folder: 'run' | 'exits'): readonly string[] {
    return readdirSync(join(this.stateDir, folder));
  }

  /** Ends everything that was launched here, with a new host if there is none. */
  async dispose(): Promise<void> {
    if (this.#hosts.size === 0) await (await this.open()).survey();
    for (const host of this.#hosts) {
      const services = new Set([...this.ledger.entries.values()].map(({ serviceId }) => serviceId));
      await Promise.all([...services].map((serviceId) => host.stop(serviceId, KILL)));
      await host.close();
    }
    for (const fd of this.#held) closeSync(fd);
  }
}
