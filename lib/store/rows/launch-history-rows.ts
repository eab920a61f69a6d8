import { z } from 'zod';

import { causeOfRow } from '../../model/causes.ts';
import type { ExitClass } from '../../model/states.ts';
import type { LaunchEnd, PastLaunch } from '../../ports/launch-ledger.ts';
import { rowFor, type RowWrite } from './batch.ts';
import { entryOf, LAUNCH_COLUMNS, launchColumns } from './launch-rows.ts';
import { jsonOf, type RowSource } from './row-reader.ts';

const tail = z.array(
  z.strictObject({ at: z.string().nullable(), stream: z.enum(['stdout', 'stderr']), text: z.string() }),
);
const MORE = ['revision', 'env', 'exit_class', 'exit_cause', 'is_stable', 'output_tail'] as const;

const pastLaunch = launchColumns
  .extend({
    revision: z.string().nullable(),
    env: z.union([z.null(), jsonOf(z.record(z.string(), z.string()))]),
    exit_class: z.string().nullable(),
    exit_cause: z.string().nullable(),
    is_stable: z.union([z.literal(0), z.literal(1)]).nullable(),
    output_tail: z.union([z.null(), jsonOf(tail)]),
  })
  .transform(({ revision, env, exit_class, exit_cause, is_stable, output_tail, ...row }): PastLaunch => ({
    ...entryOf(row),
    launched: env === null ? null : { revision, env },
    end:
      exit_class === null
        ? null
        : {
            class: exit_class as ExitClass, // written by launchEnded alone
            cause: causeOfRow(exit_cause ?? ''),
            isStable: is_stable === 1,
            outputTail: output_tail,
          },
  }));

/** Launches with all that is known of them. */
export const PAST_LAUNCHES: RowSource<PastLaunch> = {
  table: 'launch',
  columns: [...LAUNCH_COLUMNS, ...MORE].join(', '),
  shape: pastLaunch,
};

const ENDED = {
  table: 'launch',
  sql: `UPDATE launch SET exit_class = given.value ->> 2, exit_cause = given.value ->> 3, is_stable = given.value ->> 4,
          output_tail = given.value ->> 5
        FROM json_each(?1) AS given
        WHERE service_id = given.value ->> 0 AND generation = given.value ->> 1 AND exit_class IS NULL`,
} as const;

/** Adds the end to a launch that has none. */
export function launchEnded(serviceId: string, generation: number, end: LaunchEnd): RowWrite {
  const { class: exitClass, cause, isStable, outputTail } = end;
  const tailCell = outputTail === null ? null : JSON.stringify(outputTail);
  return rowFor(ENDED, `${serviceId}/${generation}`, [
    ...[serviceId, generation, exitClass],
    ...[cause, Number(isStable), tailCell],
  ]);
}
