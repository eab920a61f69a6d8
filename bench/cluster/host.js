import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startHost } from '../host.js';
import { until } from './mains.js';

const KNOWN_EVERY_MS = 100;

/** A host with the engine for Kubernetes, with one service for each process. */
export class Host {
  #folder;
  #ids;
  #host = null;
  #started = 0;
  #bornAt = 0;
  #knowing = Promise.resolve();
  /** From the start of the last host until all of its services are known to run. */
  knownMs = null;

  constructor(folder, program, services) {
    this.#folder = folder;
    this.#ids = Array.from({ length: services + 1 }, (_, index) => `bench${index}`);
  }

  async open() {
    const volumes = [{ path: this.#folder, host_path: this.#folder }];
    const service = { kind: 'corebench', autostart: false };
    const configuration = {
      engine: { kubernetes: { image: 'docker.io/local/base:1', volumes } },
      kinds: {
        corebench: {
          executable: 'corebench',
          backoff: { initial: '100ms', factor: 1, max: '100ms' },
          intensity: { max_restarts: 1_000, period: '20m' },
        },
      },
      services: Object.fromEntries(this.#ids.map((id) => [id, service])),
    };
    writeFileSync(join(this.#folder, 'base/coredinator.yaml'), `${JSON.stringify(configuration)}\n`);
    await this.revive();
  }

  /** So many of them run. */
  async start(count) {
    const ids = this.#ids.slice(this.#started, count);
    this.#started = count;
    await Promise.all(ids.map((id) => this.#host.post(`/api/services/${id}/start`)));
  }

  async stop() {
    const ids = this.#ids.slice(0, this.#started);
    await Promise.all(ids.map((id) => this.#host.post(`/api/services/${id}/stop`)));
    this.#started = 0;
  }

  async #states() {
    return (await this.#host.get('/api/services?limit=1000')).services.map(({ state }) => state);
  }

  async known(count) {
    await until(async () => {
      const running = (await this.#states()).filter((state) => state === 'running').length;
      if (running < count) await new Promise((resolve) => setTimeout(resolve, KNOWN_EVERY_MS));
      return running >= count;
    });
  }

  async gone() {
    await this.#knowing;
    await until(async () => (await this.#states()).every((state) => state === 'stopped'));
  }

  async kill() {
    await this.#host.kill();
  }

  async revive() {
    this.#bornAt = performance.now();
    this.#host = await startHost(join(this.#folder, 'base'), { sockets: 16 });
    if (this.#started === 0) return;
    this.#knowing = this.known(this.#started).then(() => (this.knownMs = performance.now() - this.#bornAt));
    this.#knowing.catch(() => undefined); // awaited in gone()
  }

  async close() {
    await this.#host?.stop();
  }
}
