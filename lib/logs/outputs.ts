import type { ServiceId } from '../model/values/ids.ts';
import type { LogPosition, LogStream } from '../model/values/log-line.ts';
import { storedLaunches, type StoredLaunch } from './files.ts';
import type { LaunchOutput } from './launch-output.ts';
import type { LogContext } from './log-context.ts';
import { PlainOutput } from './plain/plain-output.ts';
import { RecordOutput } from './records/record-output.ts';

/** The output of a launch in the form that its files have. */
export function outputOf(
  context: LogContext,
  serviceId: ServiceId,
  { form, generation }: StoredLaunch,
): PlainOutput | RecordOutput {
  switch (form) {
    case 'plain':
      return new PlainOutput(context, serviceId, generation);
    case 'records':
      return new RecordOutput(context, serviceId, generation);
  }
}

/** The output of the launches of a service that have any, oldest first. */
export function outputsOf(context: LogContext, serviceId: ServiceId): readonly LaunchOutput[] {
  return storedLaunches(context.layout, serviceId).map((launch) => outputOf(context, serviceId, launch));
}

/** The output that a position is in, although nothing is left of its launch. */
export function goneOutput(
  context: LogContext,
  serviceId: ServiceId,
  { generation, offsets }: LogPosition,
  streams: readonly LogStream[],
): LaunchOutput {
  const form = offsets.length === 1 && streams.length > 1 ? 'records' : 'plain';
  return outputOf(context, serviceId, { form, generation });
}
