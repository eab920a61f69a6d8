/** The engines that a host can run its services with. `local`: as processes of the machine of the host. */
export const ENGINES = ['local'] as const;

/** What makes the processes of services. */
export type EngineName = (typeof ENGINES)[number];
