import { createActor } from 'xstate';
import { serviceRefs } from '../actors.ts';
import type { Runtime } from '../runtime.ts';
import { samplerMachine } from './sampler.ts';

/** Stores what services use from now on, until the function that it returns is called. */
export function openUsageSampler({ root, timers, ports: { usage, clock, log } }: Runtime): () => void {
  const services = () =>
    new Map(
      serviceRefs(root).map((ref) => {
        const { spec, launch } = ref.getSnapshot().context;
        return [spec.id, { hasProcess: launch !== null }];
      }),
    );
  const sampler = createActor(samplerMachine, { clock: timers, input: { ...usage, clock, log, services } });
  sampler.start();
  return () => {
    sampler.send({ type: 'sampler.close' });
  };
}
