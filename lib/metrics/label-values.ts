import type { ExitClass, PublicState } from '../model/states.ts';

/** Every value, so that the compiler reports a missing one. */
const STATE_SET: Readonly<Record<PublicState, true>> = {
  stopped: true,
  starting: true,
  running: true,
  stopping: true,
  backoff: true,
  failed: true,
};

const CLASS_SET: Readonly<Record<ExitClass, true>> = {
  clean: true,
  code: true,
  signal: true,
  spawn_permanent: true,
  spawn_transient: true,
  start_timeout: true,
  probe: true,
  stopped: true,
  lost: true,
};

/** The public states. */
export const STATES = Object.keys(STATE_SET) as readonly PublicState[]; // the keys of exactly this record

/** The classes of exits. */
export const EXIT_CLASSES = Object.keys(CLASS_SET) as readonly ExitClass[]; // likewise
