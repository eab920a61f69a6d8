import { z } from 'zod';

import { StoreUnavailableError } from '../../model/errors.ts';
import type { SqlSession } from '../connection.ts';

/** One migration step; `id` is the resulting `user_version`. A released step is never changed. */
export interface Migration {
  readonly id: number;
  readonly up: string;
}

// `ordinal` and `seq` are INTEGER PRIMARY KEYs, so the order of first insertion survives a VACUUM.
const FIRST = `
CREATE TABLE actor_snapshot (
  ordinal INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  id TEXT NOT NULL,
  parent TEXT,
  src TEXT NOT NULL,
  system_id TEXT,
  version TEXT NOT NULL,
  state TEXT NOT NULL,
  snapshot TEXT NOT NULL,
  rev INTEGER NOT NULL DEFAULT 1,
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE wish (
  ordinal INTEGER PRIMARY KEY,
  subject TEXT NOT NULL UNIQUE,
  intended TEXT NOT NULL CHECK (intended IN ('running', 'stopped')),
  holder TEXT,
  plan TEXT,
  spec TEXT,
  CHECK ((plan IS NULL) <> (spec IS NULL))
) STRICT;

CREATE TABLE journal (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  agent_id TEXT,
  service_id TEXT,
  from_state TEXT,
  to_state TEXT,
  cause TEXT NOT NULL,
  correlation_id TEXT,
  detail TEXT NOT NULL
) STRICT;
-- Each index ends with the rowid, which is seq: a filtered page is one range of it.
CREATE INDEX journal_agent ON journal (agent_id) WHERE agent_id IS NOT NULL;
CREATE INDEX journal_service ON journal (service_id) WHERE service_id IS NOT NULL;
CREATE INDEX journal_type ON journal (type);

CREATE TABLE launch (
  launch_id TEXT NOT NULL PRIMARY KEY,
  service_id TEXT NOT NULL,
  generation INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('intent', 'running', 'exited', 'revoked')),
  shim TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  executable_path TEXT NOT NULL,
  version TEXT,
  intended_at INTEGER NOT NULL,
  pid INTEGER,
  start_time TEXT,
  exit_code INTEGER,
  exit_signal TEXT,
  exit_at INTEGER,
  exit_known INTEGER,
  UNIQUE (service_id, generation)
) STRICT;
CREATE UNIQUE INDEX launch_live ON launch (service_id) WHERE state IN ('intent', 'running');

CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY,
  source TEXT NOT NULL,
  reason TEXT NOT NULL,
  row TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE probe (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  at INTEGER NOT NULL
) STRICT;
`;

const RESTART_INTENTIONS = 'ALTER TABLE wish ADD COLUMN at_least INTEGER NOT NULL DEFAULT 0';
// The port of a removed service is kept: the service may come back, and its clients too.
const PORT_BOOK = `
CREATE TABLE port (
  service_id TEXT NOT NULL,
  name TEXT NOT NULL,
  port INTEGER NOT NULL UNIQUE CHECK (port BETWEEN 1 AND 65535),
  UNIQUE (service_id, name)
) STRICT;
`;
// The effects of a request are looked up by its id, even a long time later.
const BY_CORRELATION = `CREATE INDEX journal_correlation ON journal (correlation_id) WHERE correlation_id IS NOT NULL`;
// A deleted agent is kept until nothing of it is left. Table `receipt` has the idempotency records: a repeated command
// is not executed again.
// command is not executed again.
const DELETIONS_AND_IDEMPOTENCY = `
ALTER TABLE wish ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1));
CREATE TABLE receipt (
  ordinal INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  fingerprint TEXT NOT NULL,
  subject TEXT,
  answer TEXT,
  at INTEGER NOT NULL
) STRICT;
`;
// The position of each webhook, so that the next host does not deliver the same events again.
const WEBHOOK_PLACES = `
CREATE TABLE webhook (
  name TEXT NOT NULL PRIMARY KEY,
  position INTEGER NOT NULL,
  failing_since INTEGER,
  gone_revision TEXT
) STRICT;
`;
// The tables do not change, only the machine version of their rows (control/recovery/migrations.ts). As there are no
// downgrades, a host of 0.1.0 would quarantine every actor. With an unknown schema it exits with code 2 before it
// touches a row or a process. So a release that raises a machine version must raise the schema too.
const NEWER_MACHINES = '';
// What a launch was given, and how it ended, for comparisons.
const LAUNCH_HISTORY = `
ALTER TABLE launch ADD COLUMN max_rss INTEGER;
ALTER TABLE launch ADD COLUMN cpu_ms INTEGER;
ALTER TABLE launch ADD COLUMN revision TEXT;
ALTER TABLE launch ADD COLUMN env TEXT;
ALTER TABLE launch ADD COLUMN exit_class TEXT;
ALTER TABLE launch ADD COLUMN exit_cause TEXT;
ALTER TABLE launch ADD COLUMN is_stable INTEGER CHECK (is_stable IN (0, 1));
ALTER TABLE launch ADD COLUMN output_tail TEXT;
`;

// Who gave a command, as JSON.
const COMMAND_SOURCES = 'ALTER TABLE journal ADD COLUMN source TEXT';

// Events that are held back; an empty agent_id stands for all.
const WEBHOOK_MUTES = `
CREATE TABLE webhook_mute (
  webhook TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  until INTEGER NOT NULL,
  since INTEGER NOT NULL,
  after_seq INTEGER NOT NULL,
  actor TEXT,
  note TEXT,
  PRIMARY KEY (webhook, agent_id)
) STRICT;
`;

// How many repetitions of an event before it were deleted.
const REPEATED_EVENTS = 'ALTER TABLE journal ADD COLUMN repeated INTEGER';

// Each applied configuration as JSON, without secrets.
const CONFIG_REVISIONS = `
CREATE TABLE config_revision (
  number INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  subject TEXT NOT NULL,
  revision TEXT NOT NULL,
  actor TEXT,
  correlation_id TEXT,
  content TEXT NOT NULL
) STRICT;
CREATE INDEX config_revision_subject ON config_revision (subject);
`;

// The versions that people have chosen for services.
const VERSION_PINS = `
CREATE TABLE version_pin (
  subject TEXT NOT NULL PRIMARY KEY,
  version TEXT NOT NULL,
  since INTEGER NOT NULL,
  actor TEXT
) STRICT;
`;

// In the order of time, so that each minute adds to the end of the table and the oldest ones leave at its beginning.
// `cpu` is in hundredths of a percent of a core, `memory` in KiB.
const USAGE_SAMPLES = `
CREATE TABLE usage_sample (
  minute INTEGER NOT NULL,
  service_id TEXT NOT NULL,
  cpu INTEGER,
  memory INTEGER NOT NULL,
  PRIMARY KEY (minute, service_id)
) STRICT, WITHOUT ROWID;
`;

// A timeline is read by time.
const EVENTS_BY_TIME = 'CREATE INDEX journal_at ON journal (at);';

// Launches of other engines have no pid, but a place.
const PLACES = 'ALTER TABLE launch ADD COLUMN place TEXT';

// What ended a process besides its own doing, and whether its service is not to blame.
const BLAMELESS_ENDS = `
ALTER TABLE launch ADD COLUMN exit_because TEXT;
ALTER TABLE launch ADD COLUMN exit_blameless INTEGER CHECK (exit_blameless IN (0, 1));
`;

/** All steps, in ascending order. */
export const MIGRATIONS: readonly Migration[] = [
  { id: 1, up: FIRST },
  { id: 2, up: RESTART_INTENTIONS },
  { id: 3, up: PORT_BOOK },
  { id: 4, up: BY_CORRELATION },
  { id: 5, up: DELETIONS_AND_IDEMPOTENCY },
  { id: 6, up: WEBHOOK_PLACES },
  { id: 7, up: NEWER_MACHINES },
  { id: 8, up: COMMAND_SOURCES },
  { id: 9, up: LAUNCH_HISTORY },
  { id: 10, up: WEBHOOK_MUTES },
  { id: 11, up: REPEATED_EVENTS },
  { id: 12, up: CONFIG_REVISIONS + VERSION_PINS },
  { id: 13, up: USAGE_SAMPLES + EVENTS_BY_TIME },
  { id: 14, up: PLACES },
  { id: 15, up: BLAMELESS_ENDS },
];

const versionRow = z.object({ user_version: z.int() });

/** The `id` of the last step applied to a database; 0 for a new one. */
export async function schemaVersion(session: SqlSession, database: 'main' | 'aside' = 'main'): Promise<number> {
  const [row] = await session.all(`PRAGMA ${database}.user_version`);
  return versionRow.parse(row).user_version;
}

/**
 * Migrates a database to the newest version, each step in its own transaction. Rejects with StoreUnavailableError if it
 * was written by a newer version.
 */
export async function migrate(file: string, session: SqlSession, migrations = MIGRATIONS): Promise<void> {
  const version = await schemaVersion(session);
  const newest = migrations.at(-1)?.id ?? 0;
  if (version > newest) {
    throw new StoreUnavailableError(
      `The database "${file}" was written by a newer Coredinator (schema ${version}; this one knows schemas up to ${newest}). ` +
        'Nothing was changed, and its services keep running: start the newer Coredinator again, or choose another directory with --state-dir.',
    );
  }
  for (const { id, up } of migrations) {
    if (id > version) await session.exec(`BEGIN IMMEDIATE; ${up}; PRAGMA user_version = ${id}; COMMIT;`);
  }
}
