import type { ServiceView } from '../../api/schemas/service.ts';
import { printResult, type HostRun } from '../host/context.ts';
import { EXIT } from '../output/exit-codes.ts';
import { allServices } from './all-services.ts';
import { serviceTable } from './service-table.ts';

/** Which services are listed; all that are given must fit. */
export interface ListWords {
  readonly agent?: string;
  readonly state?: string;
}

/** All services, in the order of first start. */
export function listServices(words: ListWords): HostRun {
  return async (context) => {
    const services = (await allServices(context.client)).filter((service) => fits(service, words));
    if (services.length === 0 && !context.isJson) {
      context.err.write('There are no such services; `coredinator agents list` shows the agents.\n');
      return EXIT.ok;
    }
    printResult(context, services, () => serviceTable(context, services));
    return EXIT.ok;
  };
}

/** Whether a service is one of those that are listed. */
export function fits({ agents, state }: ServiceView, words: ListWords): boolean {
  return (
    (words.agent === undefined || agents.includes(words.agent)) && (words.state === undefined || state === words.state)
  );
}
