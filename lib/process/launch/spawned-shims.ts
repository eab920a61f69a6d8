import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import type { LocalShimKind } from '../../model/process.ts';
import { codeOf } from '../os/error-code.ts';
import { Lines } from '../os/lines.ts';
import { parseReport, REPORT_MS, type Report, type ShimRequest, type Shims } from './shims.ts';

/** Shims that the host starts itself, one process each: an interpreter that runs a shim script. */
export class SpawnedShims implements Shims {
  readonly kind: LocalShimKind;
  /** Each spawn forks the host, so more than one per processor only blocks its event loop. */
  readonly concurrency = Math.max(2, availableParallelism());
  readonly #commandOf: (shimRequest: ShimRequest) => readonly [string, ...string[]];

  /** `commandOf` gives the command line of a shim, without the command of the service. */
  constructor(kind: LocalShimKind, commandOf: (shimRequest: ShimRequest) => readonly [string, ...string[]]) {
    this.kind = kind;
    this.#commandOf = commandOf;
  }

  start(shimRequest: ShimRequest): Promise<Report> {
    const logs: number[] = [];
    try {
      for (const file of filesOf(shimRequest)) logs.push(openSync(file, 'a', 0o600));
      return reportOf(this.#spawn(shimRequest, logs));
    } catch (error) {
      return Promise.resolve(refusalOf(error, logs.length < 2 ? 'log' : codeOf(error) === 'E2BIG' ? 'exec' : 'fork'));
    } finally {
      for (const fd of logs) closeSync(fd);
    }
  }

  #spawn(shimRequest: ShimRequest, logs: readonly number[]): ChildProcess {
    const { exitsFolder, command, env } = shimRequest;
    const [interpreter, ...words] = this.#commandOf(shimRequest);
    return spawn(interpreter, [...words, ...command], {
      cwd: exitsFolder, // unlike the run folder, never removed
      detached: true,
      env: { ...env },
      stdio: ['ignore', ...logs, 'pipe'],
      windowsHide: true,
    });
  }

  close(): Promise<void> {
    return Promise.resolve(); // nothing is held: a shim is released once it has reported
  }
}

/** The files of stdout and stderr. Each write goes to the end of its file, so two descriptors of one file keep the order. */
function filesOf({ output, stdoutFile, stderrFile }: ShimRequest): readonly [string, string] {
  return [stdoutFile, output === 'merged' ? stdoutFile : stderrFile];
}

function refusalOf(error: unknown, step: 'log' | 'fork' | 'exec'): Report {
  const errno: unknown = error instanceof Error && 'errno' in error ? error.errno : null;
  if (typeof errno === 'number') return { type: 'refused', step, errno: Math.abs(errno) };
  return { type: 'none', reason: `The shim cannot be started (${codeOf(error) || String(error)}).` };
}

function reportOf(child: ChildProcess): Promise<Report> {
  child.unref();
  return new Promise((resolve) => {
    const pipe = child.stdio[3] as Readable | null; // 'pipe' above; null when the spawn failed
    const settle = (report: Report): void => {
      clearTimeout(timer);
      pipe?.destroy();
      resolve(report);
    };
    const timer = setTimeout(() => {
      settle({ type: 'none', reason: `Its shim did not report within ${REPORT_MS / 1000} s.` });
    }, REPORT_MS);
    const lines = new Lines((line) => {
      const parsed = parseReport(line);
      if (parsed !== null) settle(parsed.report);
    });
    child.on('error', (error) => {
      settle(refusalOf(error, 'fork'));
    });
    pipe?.on('data', (chunk: Buffer) => {
      lines.take(chunk);
    });
    pipe?.on('error', () => undefined); // followed by 'close'
    pipe?.on('close', () => {
      settle({ type: 'none', reason: 'The shim ended without a report.' });
    });
  });
}
