import { readdirSync } from 'node:fs';
import type { ServiceId } from '../model/values/ids.ts';
import { LOG_STREAMS, type LogStream } from '../model/values/log-line.ts';
import { codeOf } from './error-code.ts';
import { logFile, logFolder, type LogLayout } from '../launching/log-layout.ts';

/** One output file of one launch. */
export interface LogPlace {
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly stream: LogStream;
  readonly file: string;
}

const NAME_FORM = /^(\d{1,15})\.(stdout|stderr)$/;

/** The file of one stream of one launch, whether or not it exists. */
export function logPlaceOf(layout: LogLayout, serviceId: ServiceId, generation: number, stream: LogStream): LogPlace {
  return { serviceId, generation, stream, file: logFile(layout, serviceId, generation, stream) };
}

/** The launches of a service that have output files, oldest first; empty if it was never launched. */
export function generationsOf(layout: LogLayout, serviceId: ServiceId): readonly number[] {
  const found = new Set<number>();
  for (const name of namesIn(logFolder(layout, serviceId))) {
    const generation = NAME_FORM.exec(name)?.[1];
    if (generation !== undefined) found.add(Number(generation));
  }
  return [...found].sort((a, b) => a - b);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** All files that a launch may have: its output, and the files that releasing space creates next to it. */
export function filesOf(layout: LogLayout, serviceId: ServiceId, generation: number): readonly string[] {
  return LOG_STREAMS.flatMap((stream) => {
    const { file } = logPlaceOf(layout, serviceId, generation, stream);
    return [file, headFile(file), keptFile(file)];
  });
}

/** The file that stores how much of the head of `file` was released. */
export function headFile(file: string): string {
  return `${file}.head`;
}

/** The copy of the newest bytes, made by a truncation where holes cannot be punched. */
export function keptFile(file: string): string {
  return `${file}.kept`;
}
