import type { Accounts } from '../../../lib/ports/process-host.ts';

/** Accounts for hosts whose services all run as they do. */
export const ONLY_HOST: Accounts = { choose: () => Promise.resolve(null) };
