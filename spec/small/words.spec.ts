import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface PrivateWord {
  readonly say: string;
  /** Matched in words: `StrayPolicy` and `STRAY_AGE` are "stray policy" and "stray age". */
  readonly word?: RegExp;
  /** Matched in the text as it is. */
  readonly text?: RegExp;
  /** Only in the pages; default: in the code too. */
  readonly within?: 'docs';
  readonly allowed?: Readonly<Record<string, string>>;
  /** Files in which it is a word of the field. */
  readonly meansElse?: RegExp;
}

const TABLE = 'a table of 0.1.0 has this name';
const CONTEXT = 'a context that 0.1.0 kept has this name';
const CAUSE = 'a cause that 0.1.0 wrote has this name';
const SHIM = 'a command of the shim has this name';
const DEPRECATED = 'a deprecated name that is still accepted or exposed';

const PRIVATE_WORDS: Readonly<Record<string, PrivateWord>> = {
  wish: {
    say: 'intention',
    word: /\bwish(es|ed)?\b/,
    allowed: {
      'lib/store/recovery/migrations.ts': TABLE,
      'lib/store/recovery/recovery.ts': TABLE,
      'lib/store/rows/batch.ts': TABLE,
      'lib/store/rows/intention-rows.ts': TABLE,
    },
  },
  intake: { say: 'command log', word: /\bintakes?\b/ },
  aftermath: {
    say: 'after stop',
    word: /\baftermath\b/,
    allowed: { 'lib/control/recovery/migrations.ts': CONTEXT },
  },
  condemned: {
    say: 'rejected version',
    word: /\bcondemn(s|ed)?\b/,
    allowed: { 'lib/control/recovery/migrations.ts': CONTEXT },
  },
  fellBy: {
    say: 'restarted by',
    text: /\bfellBy\b/,
    allowed: { 'lib/control/recovery/migrations.ts': CONTEXT },
  },
  recycle: {
    say: 'restart with group',
    word: /\brecycl(e|es|ed|ing)\b/,
    allowed: { 'lib/model/causes.ts': CAUSE },
  },
  parked: {
    say: 'quarantine',
    word: /\bpark(s|ed|ing)?\b/,
    allowed: { 'lib/model/causes.ts': CAUSE },
  },
  trouble: { say: 'problem', word: /\btroubles?\b/ },
  ailing: { say: 'failing probe', word: /\bailing\b/ },
  flight: { say: 'launch attempt', word: /(?<!in )\bflights?\b/ },
  'landing strip': { say: 'launch result', word: /\blanding strips?\b/ },
  entrance: { say: 'listener', word: /\bentrances?\b/ },
  stray: {
    say: 'orphan',
    word: /\bstrays?\b/,
    allowed: {
      'docs/events.md': DEPRECATED,
      'docs/metrics.md': DEPRECATED,
      'docs/migration.md': DEPRECATED,
      'lib/api/operations/events.ts': DEPRECATED,
      'lib/cli/completion/values.ts': DEPRECATED,
      'lib/cli/serve/flags.ts': DEPRECATED,
      'lib/metrics/process-meter.ts': DEPRECATED,
      'lib/model/values/event-type.ts': DEPRECATED,
    },
  },
  receipt: {
    say: 'idempotency record',
    word: /\breceipts?\b/,
    allowed: {
      'lib/store/recovery/migrations.ts': TABLE,
      'lib/store/recovery/recovery.ts': TABLE,
      'lib/store/retention.ts': TABLE,
      'lib/store/rows/batch.ts': TABLE,
      'lib/store/rows/idempotency-rows.ts': TABLE,
    },
  },
  lane: {
    say: 'slots',
    word: /\blanes?\b/,
    // The rows of a timeline are its lanes.
    meansElse: /timeline|history|report|^docs\/(api|dashboard|glossary)\.md$|^docs\/decisions\/(024|README)/,
    allowed: { 'lib/ports/actor-store.ts': 'what a timeline reads' },
  },
  seat: { say: 'position', word: /\bseats?\b/ },
  TALK: { say: 'client commands', text: /\bTALK\b/ },
  'ring out': { say: 'wake', word: /\b(r[aiu]ng|rings|ringing) out\b/ },
  orphaned: { say: 'shimless', text: /['`]orphaned['`]/ },
  'facts book': { say: 'launch status registry', word: /\bfacts book\b/ },
  'ledger debt': { say: 'retried ledger write', word: /\bledger debts?\b/ },
  bell: { say: 'wake-up queue', word: /\bbells?\b/ },
  landing: { say: 'launch result', word: /\blandings?\b/ },
  debt: { say: 'retried write', word: /\bdebts?\b/ },
  blind: { say: 'unreadable', word: /\bblind\b/ },
  punch: {
    say: 'punch holes',
    word: /^(?!.*\bholes?\b).*\bpunch(es|ed)?\b/,
    allowed: {
      'lib/host/adapters.ts': SHIM,
      'lib/logs/local-service-logs.ts': SHIM,
      'lib/logs/plain/punch-holes.ts': SHIM,
      'lib/process/launch/shim-kind.ts': SHIM,
    },
  },
  anew: { say: 'again', word: /\banew\b/ },
  'speaks of': { say: 'names', word: /\b(speaks?|spoken) of\b/ },
  'lets go': { say: 'releases', word: /\blet(s|ting)? go\b/ },
  told: { say: 'gets', word: /\btold\b/ },
  'any more': { say: 'no longer', word: /\bany more\b/ },
  meanwhile: { say: 'in the meantime', word: /\bmeanwhile\b/ },
  beside: { say: 'next to', word: /\bbeside\b/ },
  'goes on': { say: 'continues', word: /\b(go|goes|going|went) on\b/ },
  'lives on': { say: 'keeps running', word: /\b(lives|lived) on\b/ },
  'to be had': { say: 'available', word: /\b(is|be) had\b/ },
  'comes by': { say: 'reaches', word: /\bcomes? by\b/ },
  surroundings: { say: 'context', word: /\bsurroundings\b/ },
  sight: { say: 'state', word: /\bsights?\b/ },
  patience: { say: 'timeout', word: /\bpatience\b/ },
  readied: { say: 'prepared', word: /\breadied\b/ },
};

const ROOT = join(import.meta.dirname, '../..');

function filesBelow(folder: string, name: RegExp): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => name.test(path) && !path.includes('shim/build'))
    .map((path) => `${folder}/${path}`);
}

function inWords(text: string): string {
  return text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
}

const files = [...filesBelow('lib', /\.tsx?$/), ...filesBelow('docs', /\.md$/), 'README.md'];
const lines = files.flatMap((file) =>
  [file, ...readFileSync(join(ROOT, file), 'utf8').split('\n')].map((text, index) => ({
    file,
    place: `${file}:${index}: ${text.trim()}`,
    text,
    words: inWords(text),
  })),
);

function linesWith({ word, text, within, meansElse }: PrivateWord, among = lines): typeof lines {
  return among
    .filter(({ file }) => meansElse?.test(file) !== true)
    .filter(({ file }) => within === undefined || file.endsWith('.md'))
    .filter((line) => (word?.test(line.words) ?? false) || (text?.test(line.text) ?? false));
}

describe('the words of code and documentation', () => {
  for (const [name, rule] of Object.entries(PRIVATE_WORDS)) {
    const { say, allowed = {} } = rule;
    it(`say "${say}" and not "${name}"`, () => {
      const found = linesWith(rule).filter(({ file }) => !Object.hasOwn(allowed, file));
      expect(found.map(({ place }) => place)).to.deep.equal([]);
    });
  }

  it('keep an old word only where it is still needed', () => {
    const unused = Object.entries(PRIVATE_WORDS).flatMap(([name, rule]) => {
      const allowed = Object.keys(rule.allowed ?? {});
      const among = lines.filter(({ file }) => allowed.includes(file));
      const used = new Set(linesWith(rule, among).map(({ file }) => file));
      return allowed.filter((file) => !used.has(file)).map((file) => `${name} in ${file}`);
    });
    expect(unused).to.deep.equal([]);
  });
});
