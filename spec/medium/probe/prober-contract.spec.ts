import { httpCheck, probeSpec } from '../../support/probe/probe-specs.ts';
import { ProbeWorld } from '../../support/probe/probe-world.ts';
import { describeProber, type ProberHarness } from '../../support/probe/prober-contract.ts';
import { eventually } from '../../support/eventually.ts';
import type { ServerResponse } from 'node:http';

/** A service that lets requests wait until its health is set. */
class Service {
  isHealthy: boolean | null = null;
  answered = 0;
  readonly #waiting: ServerResponse[] = [];

  take(response: ServerResponse): void {
    this.#waiting.push(response);
    this.answer();
  }

  answer(): void {
    if (this.isHealthy === null) return;
    for (const response of this.#waiting.splice(0)) {
      response.writeHead(this.isHealthy ? 200 : 503).end();
      this.answered += 1;
    }
  }
}

async function open(): Promise<ProberHarness> {
  const world = new ProbeWorld();
  const services = new Map<string, Service>();
  const serviceOf = (serviceId: string): Service => {
    const service = services.get(serviceId) ?? new Service();
    services.set(serviceId, service);
    return service;
  };
  const port = await world.http((request, response) => {
    serviceOf(request.url?.slice(1) ?? '').take(response);
  });
  return {
    prober: world.prober,
    probe: (serviceId) => probeSpec(httpCheck(port, `/${serviceId}`)),
    turn: async (serviceId, isHealthy) => {
      const service = serviceOf(serviceId);
      service.isHealthy = isHealthy;
      const before = service.answered;
      service.answer();
      // The second of two checks starts when the first has been tallied.
      await eventually(() => {
        if (service.answered < before + 2) throw new Error('not checked often enough yet');
      }, 10_000);
    },
    dispose: () => world.dispose(),
  };
}

describeProber('the real one', open);
