import { readdirSync } from 'node:fs';
import { logFolder, type LogLayout } from '../launching/log-layout.ts';
import type { ServiceId } from '../model/ids.ts';
import { codeOf } from './os/error-code.ts';

/** The highest generation of a service that has left output behind; 0: none. Log files outlive a lost ledger. */
export function newestLogged(layout: LogLayout, serviceId: ServiceId): number {
  try {
    const names = readdirSync(logFolder(layout, serviceId));
    return Math.max(0, ...names.flatMap((name) => (/^\d+\./.test(name) ? Number.parseInt(name, 10) : [])));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}
