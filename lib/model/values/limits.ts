/** A limit of the system: a number, `unlimited`, or null: as the host has it. */
export type Limit = number | 'unlimited' | null;

/** What a service may use at most, for each of its processes; soft and hard limit alike (`setrlimit(2)`). */
export interface ResourceLimits {
  /** Descriptors. Null: 1024 as the soft limit, where a shim can set it. */
  readonly openFiles: Limit;
  /** Processes and threads of the user that it runs as, those of other services included; root is not held to it. */
  readonly processes: Limit;
  /** Bytes of a core file; 0: none is written. */
  readonly coreSize: Limit;
  /** Bytes of address space. */
  readonly addressSpace: Limit;
}

/** What a service has whose configuration says nothing of limits, and one that was remembered before there were any. */
export const NO_LIMITS: ResourceLimits = { openFiles: null, processes: null, coreSize: null, addressSpace: null };

/** The names of the limits in the configuration and in reports of shims, in the order in which shims get them. */
export const LIMIT_NAMES = {
  open_files: 'openFiles',
  processes: 'processes',
  core_size: 'coreSize',
  address_space: 'addressSpace',
} as const satisfies Readonly<Record<string, keyof ResourceLimits>>;

export type LimitName = keyof typeof LIMIT_NAMES;
