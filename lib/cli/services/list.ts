import { EXIT } from '../../host/exit-codes.ts';
import { printResult, type HostRun } from '../host/context.ts';
import { allServices, type ServiceFilter } from './all-services.ts';
import { serviceTable } from './service-table.ts';

/** Services, in the order of first start. */
export function listServices(filter: ServiceFilter): HostRun {
  return async (context) => {
    const services = await allServices(context.client, filter);
    if (services.length === 0 && !context.isJson) {
      context.err.write('There are no such services; `coredinator agents list` shows the agents.\n');
      return EXIT.ok;
    }
    printResult(context, services, () => serviceTable(context, services));
    return EXIT.ok;
  };
}
