import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { EventView } from '../../../lib/api/schemas/event.ts';
import type { ServiceView } from '../../../lib/api/schemas/service.ts';
import { assertFits } from '../conformity.ts';

/** The built program. */
export const MAIN = new URL('../../../dist/main.js', import.meta.url).pathname;

/** A response of the API. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body if it is JSON, else its text; the spec knows its type. */
  readonly body: unknown;
}

/** How a host ended. */
export interface HostEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** The built program as a child process of the spec. */
export class BuiltHost {
  readonly #child: ChildProcess;
  readonly ended: Promise<HostEnd>;
  url = '';
  #stderr = '';

  private constructor(args: readonly string[], env: NodeJS.ProcessEnv, ids: { uid?: number; gid?: number } = {}) {
    this.#child = spawn(process.execPath, [MAIN, ...args], { env, ...ids, stdio: ['ignore', 'ignore', 'pipe'] });
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        resolve({ code, signal, stderr: this.#stderr });
      });
    });
  }

  /** Starts the host on a base path and a free port, and resolves once it is ready. */
  static start(basePath: string, ...more: readonly string[]): Promise<BuiltHost> {
    return BuiltHost.#started(new BuiltHost(['--base-path', basePath, '--port', '0', ...more], process.env));
  }

  /** The same on a Unix socket, without a port. */
  static startOnSocket(basePath: string, path: string): Promise<BuiltHost> {
    return BuiltHost.#started(new BuiltHost(['--base-path', basePath, '--listen', `unix:${path}`], process.env));
  }

  /** The same as another user; only root can. The base path must be that user's. */
  static startAs(id: number, basePath: string): Promise<BuiltHost> {
    const ids = { uid: id, gid: id };
    return BuiltHost.#started(new BuiltHost(['--base-path', basePath, '--port', '0'], process.env, ids));
  }

  /** The same for a host that kills itself at a crash point (lib/host/crash-points.ts). */
  static startToDie(basePath: string, crashAt: string): Promise<BuiltHost> {
    const env = { ...process.env, COREDINATOR_CRASH_AT: crashAt };
    return BuiltHost.#started(new BuiltHost(['--base-path', basePath, '--port', '0'], env));
  }

  /** The same with additional environment variables. */
  static startWith(env: NodeJS.ProcessEnv, basePath: string, ...more: readonly string[]): Promise<BuiltHost> {
    const args = ['--base-path', basePath, '--port', '0', ...more];
    return BuiltHost.#started(new BuiltHost(args, { ...process.env, ...env }));
  }

  static async #started(host: BuiltHost): Promise<BuiltHost> {
    const ready = host.#whenReady();
    const end = await Promise.race([ready, host.ended]);
    if (end !== null) throw new Error(`The host did not start (code ${end.code ?? 'none'}):\n${end.stderr}`);
    return host;
  }

  /** Starts the program with exactly these arguments and resolves once it has exited. */
  static async runToEnd(...args: readonly string[]): Promise<HostEnd> {
    const host = new BuiltHost(args, process.env);
    host.#child.stderr?.on('data', (chunk: Buffer) => (host.#stderr += chunk.toString()));
    return host.ended;
  }

  /** Its log so far. */
  get log(): string {
    return this.#stderr;
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  #whenReady(): Promise<null> {
    return new Promise((resolve) => {
      this.#child.stderr?.on('data', (chunk: Buffer) => {
        this.#stderr += chunk.toString();
        const line = this.#stderr.split('\n').find((text) => text.includes('"msg":"ready"'));
        if (line === undefined || this.url !== '') return;
        this.url = (JSON.parse(line) as { url: string }).url; // the ready line of contract 2
        resolve(null);
      });
    });
  }

  /** Sends a request; an object becomes a JSON body. */
  async request(method: string, path: string, body?: unknown, more: Record<string, string> = {}): Promise<Answer> {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const headersSent = { ...type, ...more };
    // Redirects are not followed.
    const response = await fetch(`${this.url}${path}`, { method, ...json, headers: headersSent, redirect: 'manual' });
    const text = await response.text();
    const { status, headers } = response;
    assertFits({ method, path, status, contentType: headers.get('content-type'), text });
    const isJson = headers.get('content-type')?.includes('json') === true;
    return { status, headers, body: isJson ? (JSON.parse(text) as unknown) : text };
  }

  async service(id: string): Promise<ServiceView> {
    return (await this.request('GET', `/api/services/${id}`)).body as ServiceView; // the service of contract 3.4
  }

  /**
   * The same, once the result is durable: views come from memory, and a host that is killed right afterwards would
   * leave an earlier state behind. An explanation is returned only after everything has been written.
   */
  async writtenService(id: string): Promise<ServiceView> {
    expect((await this.request('GET', `/api/services/${id}/explain`)).status).to.equal(200);
    return this.service(id);
  }

  async services(): Promise<readonly ServiceView[]> {
    const { body } = await this.request('GET', '/api/services');
    return (body as { services: ServiceView[] }).services; // the list of contract 3.2
  }

  async agentState(id: string): Promise<string> {
    const { body } = await this.request('GET', `/api/agents/${id}/status`);
    return (body as { state: string }).state; // the status of contract 3.1
  }

  async history(): Promise<readonly EventView[]> {
    const { body } = await this.request('GET', '/api/events/history?limit=1000');
    return (body as { events: EventView[] }).events; // the page of contract 3.4
  }

  /** Sends a signal to the host itself and resolves once it has ended. */
  async end(signal: NodeJS.Signals): Promise<HostEnd> {
    this.#child.kill(signal);
    return this.ended;
  }
}

/** Installs one of `spec/programs` under a name that discovery finds. */
export function install(basePath: string, program: string, name: string): void {
  mkdirSync(basePath, { recursive: true });
  copyFileSync(new URL(`../../programs/${program}`, import.meta.url), join(basePath, name));
  chmodSync(join(basePath, name), 0o755);
}

/** Writes a file below the base path and returns its absolute path. */
export function write(basePath: string, name: string, text: string): string {
  const file = join(basePath, name);
  writeFileSync(file, text);
  return file;
}
