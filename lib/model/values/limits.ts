/** A system limit: a number, `unlimited`, or null: the same as the host's. */
export type Limit = number | 'unlimited' | null;

/** Resource limits for each process of a service; the soft and the hard limit are the same (`setrlimit(2)`). */
export interface ResourceLimits {
  /** File descriptors. Null: a soft limit of 1024, where a shim can set it. */
  readonly openFiles: Limit;
  /** Processes and threads of the user it runs as, including those of other services; does not apply to root. */
  readonly processes: Limit;
  /** Size of a core file in bytes; 0: none is written. */
  readonly coreSize: Limit;
  /** Bytes of address space. */
  readonly addressSpace: Limit;
}

/** The default, also for services stored before there were limits. */
export const NO_LIMITS: ResourceLimits = { openFiles: null, processes: null, coreSize: null, addressSpace: null };

/** The names of the limits in the configuration and in shim reports, in the order in which shims get them. */
export const LIMIT_NAMES = {
  open_files: 'openFiles',
  processes: 'processes',
  core_size: 'coreSize',
  address_space: 'addressSpace',
} as const satisfies Readonly<Record<string, keyof ResourceLimits>>;

export type LimitName = keyof typeof LIMIT_NAMES;
