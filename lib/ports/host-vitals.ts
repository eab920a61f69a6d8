/** How the host itself is doing. */
export interface Vitals {
  /** Processor time of the host, ever. */
  readonly cpuSeconds: number;
  /** Cores that were busy since the reading before; null at the first. */
  readonly cores: number | null;
  readonly residentBytes: number;
  /** How much later than due timers came since the reading before, in milliseconds; null: none was due. */
  readonly loopLag: { readonly meanMs: number; readonly p99Ms: number; readonly maxMs: number } | null;
}

/** Looks at the host's own process. */
export interface HostVitals {
  /** A reading younger than a second is given again. */
  read(): Vitals;
}
