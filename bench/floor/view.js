const SUBSTATES = { starting: 'launching', running: 'ready', backoff: 'waiting', stopped: 'idle' };

const isoOf = (ms) => new Date(ms).toISOString();

/** A service with the fields that it has in an answer of the host. */
export function view(service, version) {
  const { id, spec, row, state, since, executable, isAdopted, outputBuffer, lastExit } = service;
  const isAlive = row.pid !== null;
  return {
    id,
    kind: spec.kind,
    agents: [],
    state,
    intended_state: row.wanted === 1 ? 'running' : 'stopped',
    substate: SUBSTATES[state],
    ready: state === 'running' ? true : null,
    generation: row.generation,
    pid: row.pid,
    place: null,
    version,
    executable,
    config_path: null,
    restarts: row.restarts,
    started_at: isAlive ? isoOf(row.launched_at) : null,
    since: isoOf(since),
    last_exit: lastExit,
    next: null,
    reason: null,
    reason_code: null,
    flapping: null,
    acknowledgement: null,
    pin: null,
    adopted: isAdopted,
    doubt: null,
    orphan: false,
    revision: spec.revision,
    running_revision: isAlive ? spec.revision : null,
    guarantees: {
      exact_exit: true,
      tree_complete: true,
      lossless_rotation: true,
      separate_streams: true,
      output_buffer: isAlive ? outputBuffer : null,
    },
  };
}
