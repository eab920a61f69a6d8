import type { LaunchId, ServiceId } from '../model/ids.ts';
import type { Launch, LaunchOutcome, ProcessExit, ProcessFacts } from '../model/process.ts';
import type { NodeSignal, StopSpec } from '../model/spec.ts';
import type { LaunchObserver, LaunchRequest, ProcessHost, Stray } from './process-host.ts';

/** A process host that does what another one does; what is to be different is overridden. */
export class ProcessHostDecorator implements ProcessHost {
  protected readonly host: ProcessHost;

  constructor(host: ProcessHost) {
    this.host = host;
  }

  launch(request: LaunchRequest): Promise<LaunchOutcome> {
    return this.host.launch(request);
  }

  stop(serviceId: ServiceId, stop: StopSpec): Promise<ProcessExit | null> {
    return this.host.stop(serviceId, stop);
  }

  survey(): Promise<ReadonlyMap<ServiceId, ProcessFacts>> {
    return this.host.survey();
  }

  strays(): readonly Stray[] {
    return this.host.strays();
  }

  facts(serviceId: ServiceId): ProcessFacts | null {
    return this.host.facts(serviceId);
  }

  observe(launchId: LaunchId, observer: LaunchObserver): () => void {
    return this.host.observe(launchId, observer);
  }

  signal(serviceId: ServiceId, signal: NodeSignal): Promise<boolean> {
    return this.host.signal(serviceId, signal);
  }

  troubles(): readonly string[] {
    return this.host.troubles();
  }

  live(): readonly Launch[] {
    return this.host.live();
  }

  close(): Promise<void> {
    return this.host.close();
  }
}
