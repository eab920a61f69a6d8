import { logFile, type LogLayout } from '../../launching/log-layout.ts';
import type { ServiceId } from '../../model/values/ids.ts';
import type { LogStream } from '../../model/values/log-line.ts';

/** One output file of one launch. */
export interface LogPlace {
  readonly serviceId: ServiceId;
  readonly generation: number;
  readonly stream: LogStream;
  readonly file: string;
}

/** The file of one stream of one launch, whether or not it exists. */
export function logPlaceOf(layout: LogLayout, serviceId: ServiceId, generation: number, stream: LogStream): LogPlace {
  return { serviceId, generation, stream, file: logFile(layout, serviceId, generation, stream) };
}

/** The file that stores how much of the head of `file` was released. */
export function headFile(file: string): string {
  return `${file}.head`;
}

/** The copy of the newest bytes, made by a truncation where holes cannot be punched. */
export function keptFile(file: string): string {
  return `${file}.kept`;
}
