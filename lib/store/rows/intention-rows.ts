import { z } from 'zod';

import type { Intention } from '../../model/intention.ts';

import { agentPlan, serviceSpec, versionPin } from '../../model/spec-schema.ts';
import { inserter, rowFor, type RowWrite } from './batch.ts';
import { jsonOf, type RowSource } from './row-reader.ts';

const COLUMNS = ['subject', 'intended', 'holder', 'plan', 'spec', 'at_least', 'deleted'] as const;
const UPDATES = COLUMNS.slice(1).map((column) => `${column} = excluded.${column}`);
const upsert = inserter('wish', COLUMNS, `ON CONFLICT (subject) DO UPDATE SET ${UPDATES.join(', ')}`);

const PIN_COLUMNS = ['subject', 'version', 'since', 'actor'] as const;
const upsertPin = inserter(
  'version_pin',
  PIN_COLUMNS,
  `ON CONFLICT (subject) DO UPDATE SET ${PIN_COLUMNS.slice(1)
    .map((column) => `${column} = excluded.${column}`)
    .join(', ')}`,
);

const DROP_PIN = {
  table: 'version_pin',
  sql: 'DELETE FROM version_pin WHERE subject IN (SELECT value ->> 0 FROM json_each(?1))',
} as const;

const DROP = {
  table: 'wish',
  sql: 'DELETE FROM wish WHERE subject IN (SELECT value ->> 0 FROM json_each(?1))',
} as const;

const intended = z.enum(['running', 'stopped']);

const agentIntention = z
  .strictObject({
    subject: z.templateLiteral(['agent:', z.string().min(1)]),
    intended,
    holder: z.null(),
    plan: jsonOf(agentPlan),
    spec: z.null(),
    at_least: z.literal(0),
    deleted: z.union([z.literal(0), z.literal(1)]),
  })
  .transform(({ subject, intended, plan, deleted }): Intention => ({
    ...{ subject, intended, plan },
    ...(deleted === 1 ? { isDeleted: true } : {}),
  }));

const serviceIntention = z
  .strictObject({
    subject: z.templateLiteral(['service:', z.string().min(1)]),
    intended,
    holder: z.enum(['io', 'host']).nullable(),
    plan: z.null(),
    spec: jsonOf(serviceSpec),
    at_least: z.int().nonnegative(),
    deleted: z.literal(0),
  })
  .transform(({ subject, intended, holder, spec, at_least: atLeast }): Intention => ({
    subject,
    intended,
    holder,
    spec,
    atLeast,
  }));

const pinIntention = versionPin
  .extend({ subject: z.templateLiteral(['pin:', z.string().min(1)]) })
  .transform(({ subject, ...pin }): Intention => ({ subject, pin }));

/** Chosen by the subject, so that the reason in the quarantine names the one wrong field. */
function shapeOf(row: unknown): z.ZodType<Intention> {
  const subject = typeof row === 'object' && row !== null && 'subject' in row ? String(row.subject) : '';
  if (subject.startsWith('pin:')) return pinIntention;
  return subject.startsWith('agent:') ? agentIntention : serviceIntention;
}

/** All pins of versions. */
export const PINS: RowSource<Intention> = {
  table: 'version_pin',
  columns: PIN_COLUMNS.join(', '),
  shape: pinIntention,
};

/** The cells of any intention, as {@link intentionCells} makes them. */
export const ANY_INTENTION: RowSource<Intention>['shape'] = {
  safeParse: (cells) => shapeOf(cells).safeParse(cells),
};

/** All other intentions, in the order of the first insertion of their subjects. */
export const INTENTIONS: RowSource<Intention> = {
  table: 'wish',
  columns: COLUMNS.join(', '),
  shape: ANY_INTENTION,
};

/** Plans and specs whose rows could be read back: they never change, and most intentions have the one of the intention before. */
const readable = new WeakSet<object>();

/**
 * Inserts an intention, or replaces the one with that subject. Throws on an intention that could not be read back: now
 * the caller can still be informed, at the next start it would be too late.
 */
export function putIntention(intention: Intention): RowWrite {
  const { subject } = intention;
  const cells = intentionCells(intention);
  const content = contentOf(intention);
  if (!readable.has(content)) {
    assertReadable(subject, cells);
    readable.add(content);
  }
  return 'version' in cells ? upsertPin(subject, cells) : upsert(subject, cells);
}

function contentOf(intention: Intention): object {
  if ('pin' in intention) return intention.pin;
  return 'plan' in intention ? intention.plan : intention.spec;
}

function assertReadable(subject: string, cells: unknown): void {
  const check = ANY_INTENTION.safeParse(cells);
  if (check.success) return;
  throw new Error(`The intention for "${subject}" cannot be stored: ${z.prettifyError(check.error)}`, {
    cause: check.error,
  });
}

type Cells<Columns extends readonly string[]> = Readonly<Record<Columns[number], string | number | null>>;

/** An intention as the cells of its row; {@link ANY_INTENTION} reads them. */
export function intentionCells(intention: Intention): Cells<typeof COLUMNS> | Cells<typeof PIN_COLUMNS> {
  if ('pin' in intention) return { subject: intention.subject, ...intention.pin };
  const { subject, intended } = intention;
  if ('plan' in intention) {
    const deleted = intention.isDeleted === true ? 1 : 0;
    return { subject, intended, holder: null, plan: JSON.stringify(intention.plan), spec: null, at_least: 0, deleted };
  }
  const { holder, atLeast: at_least } = intention;
  return { subject, intended, holder, plan: null, spec: JSON.stringify(intention.spec), at_least, deleted: 0 };
}

/** Deletes the intention for a subject, if there is one. */
export function dropIntention(subject: string): RowWrite {
  return rowFor(subject.startsWith('pin:') ? DROP_PIN : DROP, subject, [subject]);
}
