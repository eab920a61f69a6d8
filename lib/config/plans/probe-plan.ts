import type { ProbeCheck, ProbeSpec, ProbesSpec } from '../../model/probe.ts';
import { tokenName } from '../../model/values/port-token.ts';
import type { Path } from '../problems.ts';
import { pathProblem, patternProblem, portProblem, type Probe, type Probes } from '../schema/probe-schema.ts';

/** Fills in the variables in the texts of a probe. */
export interface Filler {
  /** The text with its variables filled in; problems are recorded with the path. */
  readonly fill: (path: Path, template: string, quote?: (value: string) => string) => string;
  /** Records a problem of a filled-in text; null: none. */
  readonly note: (path: Path, problem: string | null) => void;
}

/** The probes of a service. */
export function probesSpec({ startup, readiness, liveness }: Probes, filler: Filler): ProbesSpec {
  return {
    startup: probeSpec(startup, ['probes', 'startup'], filler),
    readiness: probeSpec(readiness, ['probes', 'readiness'], filler),
    liveness: probeSpec(liveness, ['probes', 'liveness'], filler),
  };
}

function probeSpec(probe: Probe | null, path: Path, filler: Filler): ProbeSpec | null {
  if (probe === null) return null;
  return {
    check: checkOf(probe, path, filler),
    initialDelayMs: probe.initial_delay,
    periodMs: probe.period,
    timeoutMs: probe.timeout,
    successThreshold: probe.success_threshold,
    failureThreshold: probe.failure_threshold,
  };
}

function checkOf({ http, tcp, exec, log_line: logLine }: Probe, path: Path, filler: Filler): ProbeCheck {
  const { fill, note } = filler;
  if (http !== undefined) {
    const at = [...path, 'http'];
    const urlPath = fill([...at, 'path'], http.path);
    note([...at, 'path'], pathProblem(urlPath));
    return { type: 'http', ...addressOf(http, at, filler), path: urlPath, status: http.status };
  }
  if (tcp !== undefined) return { type: 'tcp', ...addressOf(tcp, [...path, 'tcp'], filler) };
  if (exec !== undefined) {
    const command = exec.command.map((word, index) => fill([...path, 'exec', 'command', index], word));
    return { type: 'exec', command };
  }
  if (logLine === undefined) throw new Error('A probe without a check passed the schema.');
  const at = [...path, 'log_line', 'pattern'];
  const pattern = fill(at, logLine.pattern, quoted);
  note(at, patternProblem(pattern));
  return { type: 'log_line', pattern };
}

function addressOf(
  { host, port }: { readonly host: string; readonly port: string },
  path: Path,
  { fill, note }: Filler,
): { readonly host: string; readonly port: number; readonly portName?: string } {
  const text = fill([...path, 'port'], port);
  const problem = portProblem(text);
  note(
    [...path, 'port'],
    problem === null ? null : `${problem}; this one has a different value once its variables are filled in`,
  );
  const portName = tokenName(text);
  const address = { host: fill([...path, 'host'], host), port: portName === null ? Number(text) : 0 };
  return portName === null ? address : { ...address, portName };
}

/** The value of a variable is literal text, not an expression. */
function quoted(value: string): string {
  return value.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
