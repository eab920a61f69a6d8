import type { PodResources, PodSpec, VolumeSpec } from '../engine.ts';
import type { ProbeCheck, ProbeSpec } from '../probe.ts';
import type { ServiceSpec } from '../spec.ts';
import { formatSize } from '../values/byte-size.ts';
import { formatDuration } from '../values/duration.ts';
import { LIMIT_NAMES } from '../values/limits.ts';
import { tokensByName } from '../values/port-token.ts';
import type { ConfigDocument } from './key-changes.ts';

/** A spec in the words of the configuration files, with durations and sizes as they are written there. */
export function specDocument(spec: ServiceSpec): ConfigDocument {
  const { backoff, intensity } = spec.restart;
  const { recoverAfterMs } = spec.restart;
  return withValues({
    kind: spec.kind,
    config_path: spec.configPath,
    executable: spec.executable,
    version: spec.version,
    args: spec.args.map(tokensByName),
    env: mapped(spec.env, tokensByName),
    cwd: spec.cwd === null ? null : tokensByName(spec.cwd),
    restart: spec.restart.mode,
    backoff: {
      initial: formatDuration(backoff.initialMs),
      factor: backoff.factor,
      max: formatDuration(backoff.maxMs),
      jitter: backoff.jitter,
      reset_after: formatDuration(backoff.resetAfterMs),
    },
    intensity:
      intensity === null
        ? 'unlimited'
        : { max_restarts: intensity.maxRestarts, period: formatDuration(intensity.periodMs) },
    recover_after: recoverAfterMs === null ? 'never' : formatDuration(recoverAfterMs),
    success_exit_codes: spec.restart.successExitCodes,
    settle: formatDuration(spec.settleMs),
    probes: withValues(mapped(spec.probes, probeDocument)),
    stop: { signal: spec.stop.signal, grace: formatDuration(spec.stop.graceMs) },
    depends_on: Object.fromEntries(spec.dependsOn.map(({ serviceId, condition }) => [serviceId, condition])),
    logs: { max_bytes: formatSize(spec.logs.maxBytes), keep: spec.logs.keep },
    output: spec.output,
    limits: withValues(mapped(LIMIT_NAMES, (name) => spec.limits[name])),
    pod: spec.pod === null ? null : podDocument(spec.pod),
    user: spec.user,
    group: spec.group,
  });
}

function podDocument({ image, volumes, nodeSelector, serviceAccount, requests, limits }: PodSpec): ConfigDocument {
  return withValues({
    image,
    volumes: volumes?.map(volumeDocument) ?? null,
    node_selector: nodeSelector,
    service_account: serviceAccount,
    requests: resourcesDocument(requests),
    limits: resourcesDocument(limits),
  });
}

function volumeDocument({ path, isReadOnly, source }: VolumeSpec): ConfigDocument {
  const from = source.type === 'claim' ? { claim: source.name } : { host_path: source.path };
  return { path, ...from, read_only: isReadOnly };
}

function resourcesDocument({ cpuMillis, memoryBytes }: PodResources): ConfigDocument {
  return withValues({
    cpu: cpuMillis === null ? null : `${cpuMillis}m`,
    memory: memoryBytes === null ? null : formatSize(memoryBytes),
  });
}

function probeDocument(probe: ProbeSpec | null): ConfigDocument | null {
  if (probe === null) return null;
  return {
    ...checkDocument(probe.check),
    initial_delay: formatDuration(probe.initialDelayMs),
    period: formatDuration(probe.periodMs),
    timeout: formatDuration(probe.timeoutMs),
    success_threshold: probe.successThreshold,
    failure_threshold: probe.failureThreshold,
  };
}

function checkDocument(check: ProbeCheck): ConfigDocument {
  switch (check.type) {
    case 'http': {
      const { host, path, status } = check;
      const ranges = status.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
      return { http: { port: portOf(check), path: tokensByName(path), host, status: ranges } };
    }
    case 'tcp':
      return { tcp: { port: portOf(check), host: check.host } };
    case 'exec':
      return { exec: { command: check.command.map(tokensByName) } };
    case 'log_line':
      return { log_line: { pattern: check.pattern } };
  }
}

function portOf({ port, portName }: { readonly port: number; readonly portName?: string }): number | string {
  return portName === undefined ? port : `\${port.${portName}}`;
}

/** Without the keys that are not set. */
function withValues(document: ConfigDocument): ConfigDocument {
  return Object.fromEntries(Object.entries(document).filter(([, value]) => value !== null));
}

function mapped<K extends string, T>(record: Readonly<Record<K, T>>, to: (value: T) => unknown): ConfigDocument {
  return Object.fromEntries(Object.entries<T>(record).map(([key, value]) => [key, to(value)]));
}
