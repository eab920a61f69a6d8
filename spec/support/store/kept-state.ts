import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestOf } from '../../../lib/model/policy/revision.ts';
import { Connection } from '../../../lib/store/connection.ts';
import { temporaryFolder } from '../temporary.ts';
import { endLaunches, launchAgain, type LiveLaunch, type MadeLaunch } from './kept-launches.ts';

/** An actor, from its row. */
export interface KeptActor {
  /** For instance `running.ready`; some states of agents have no second part. */
  readonly leaf: string;
  readonly version: string;
  readonly deadlineAt: number | null;
}

/** A row of the journal, with the columns that the API shows. */
export interface KeptFact {
  readonly seq: number;
  readonly type: string;
  readonly service_id: string | null;
  readonly from_state: string | null;
  readonly to_state: string | null;
  readonly cause: string;
}

const INSTANCE = '8d2f4c1e-0000-4000-8000-';

/**
 * The state of a host of an earlier version (spec/fixtures, created by scripts/older-host/fixture-0.1.0.js), restored in a new
 * folder: the processes that were alive are launched again under native shims, and rows and records refer to these.
 */
export class KeptState {
  readonly basePath: string;
  readonly stateDir: string;
  /** The live launches, by service. */
  readonly live = new Map<string, { readonly pid: number; readonly generation: number }>();
  readonly #source: string;
  readonly #words: (text: string) => string;
  readonly #instance = `${INSTANCE}${String(process.pid).padStart(12, '0')}`;
  #made: ReadonlyMap<string, MadeLaunch> = new Map();

  private constructor(scenario: string, at: number) {
    const folder = temporaryFolder();
    this.basePath = join(folder, 'base');
    this.stateDir = join(folder, 'state');
    this.#source = fileURLToPath(new URL(`../../fixtures/0.1.0/${scenario}/`, import.meta.url));
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    this.#words = (text) =>
      text
        .replaceAll('{{BASE}}', this.basePath)
        .replaceAll('{{INSTANCE}}', this.#instance)
        .replaceAll('{{BOOT}}', boot)
        .replace(/\{\{T([+-][\d.]+)\}\}/g, (_, offset: string) => String(at + Number(offset)))
        .replace(/\{\{FINGERPRINT ([^}]*)\}\}/g, (_, path: string) => fingerprintOf(path));
  }

  /** Restores a scenario as if its host had died `agoMs` ago. */
  static async load(scenario: string, deadForMs = 0): Promise<KeptState> {
    const state = new KeptState(scenario, Date.now() - deadForMs);
    const { live, holes } = JSON.parse(state.#text('live.json')) as {
      readonly live: readonly LiveLaunch[];
      readonly holes: Readonly<Record<string, number>>;
    }; // written by scripts/older-host/keep.js
    state.#copy('base', state.basePath);
    state.#copy('state', state.stateDir, holes);
    await state.#launch(live);
    await state.#fillDatabase();
    return state;
  }

  #text(name: string): string {
    return this.#named(this.#words(readFileSync(join(this.#source, name), 'utf8')));
  }

  /** The created processes, as far as they are known. */
  #named(text: string): string {
    return text.replace(/\{\{(PID|START|SHIM|SHIM-START) (\w+)\}\}/g, (word, what: string, launchId: string) => {
      const made = this.#made.get(launchId);
      if (made === undefined) return word;
      const { pid, start } = what.startsWith('SHIM') ? made.shim : made.main;
      return what.endsWith('START') ? start : String(pid);
    });
  }

  #copy(from: string, to: string, holes: Readonly<Record<string, number>> = {}): void {
    const source = join(this.#source, from);
    mkdirSync(to, { mode: 0o700 });
    for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const name = path.slice(source.length + 1);
      const text = this.#text(join(from, name));
      if (text.includes('{{')) continue; // of a process that does not exist yet
      const target = join(to, name);
      mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
      writeFileSync(target, '', { mode: statSync(path).mode & 0o777 });
      truncateSync(target, holes[name] ?? 0); // the deleted part reads as NULs
      writeFileSync(target, text, { flag: 'a' });
    }
  }

  /** Writes the records in their stored form, whatever current shims write. */
  async #launch(live: readonly LiveLaunch[]): Promise<void> {
    const { basePath, stateDir } = this;
    this.#made = await launchAgain(live, { basePath, stateDir, instance: this.#instance });
    for (const { launchId, service, generation } of live) {
      this.live.set(service, { pid: this.#made.get(launchId)?.main.pid ?? -1, generation });
      for (const name of ['claim', 'pid'].map((record) => join('run', launchId, record))) {
        writeFileSync(join(stateDir, name), this.#text(join('state', name)));
      }
    }
  }

  async #fillDatabase(): Promise<void> {
    const database = new Connection(this.#database, '', { mayCreate: true });
    await database.exec(`BEGIN; ${this.#text('database.sql')} COMMIT;`);
    const rows = await database.all(`SELECT path, snapshot FROM actor_snapshot WHERE snapshot LIKE '%{{REVISION}}%'`);
    for (const { path, snapshot } of rows as { path: string; snapshot: string }[]) {
      const { context } = JSON.parse(snapshot) as { context: { spec: unknown } }; // of a service
      const filled = snapshot.replace('{{REVISION}}', digestOf(context.spec));
      await database.run('UPDATE actor_snapshot SET snapshot = ?2 WHERE path = ?1', path, filled);
    }
    await database.drop();
  }

  get #database(): string {
    return join(this.stateDir, 'coredinator.db');
  }

  async #all(sql: string): Promise<readonly unknown[]> {
    const database = new Connection(this.#database, 'PRAGMA busy_timeout = 5000;');
    try {
      return await database.all(sql);
    } finally {
      await database.drop();
    }
  }

  /** All actors except the root, by path, from their current rows. */
  async actors(): Promise<ReadonlyMap<string, KeptActor>> {
    const rows = await this.#all(`SELECT path, version, snapshot FROM actor_snapshot WHERE path <> 'root'`);
    return new Map(
      (rows as { path: string; version: string; snapshot: string }[]).map(({ path, version, snapshot }) => {
        const { value, context } = JSON.parse(snapshot) as { value: unknown; context: { deadlineAt?: number } };
        return [path, { leaf: leafOf(value), version, deadlineAt: context.deadlineAt ?? null }];
      }),
    );
  }

  /** The whole journal, oldest first. */
  async journal(): Promise<readonly KeptFact[]> {
    const sql = 'SELECT seq, type, service_id, from_state, to_state, cause FROM journal ORDER BY seq';
    return (await this.#all(sql)) as KeptFact[];
  }

  /** The reasons of quarantined rows. */
  async quarantined(): Promise<readonly unknown[]> {
    return this.#all('SELECT source, reason FROM quarantine');
  }

  async schema(): Promise<number> {
    const [row] = await this.#all('PRAGMA user_version');
    return (row as { user_version: number }).user_version;
  }

  /** Kills every process that was launched here, by the spec or by a host; no host may be running. */
  end(): Promise<void> {
    return endLaunches(this.stateDir);
  }
}

/** The fingerprint of a file in 0.1.0. */
function fingerprintOf(path: string): string {
  const { ino, size, mtimeMs, mode } = statSync(path);
  return `${ino}:${size}:${mtimeMs}:${mode}`;
}

function leafOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value).map(([name, inner]) => `${name}.${leafOf(inner)}`)[0] ?? '';
}
