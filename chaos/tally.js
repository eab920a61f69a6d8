/** The kinds of losses, in the order of the table. */
const LOSSES = [
  'duplicates',
  'orphans',
  'launches started twice',
  'forgotten commands',
  'disturbed services',
  'wrong exit codes',
  'log gaps',
  'services not as intended',
  'crashed hosts',
];
const MAX_REPORTED = 12;

/** Counts losses and hits. */
export class Tally {
  #losses = new Map(LOSSES.map((name) => [name, []]));
  #hits = new Map();

  /** Records one loss with a sentence that describes it. */
  lose(kind, sentence) {
    this.#losses.get(kind).push(sentence);
  }

  hit(name, count = 1) {
    this.#hits.set(name, (this.#hits.get(name) ?? 0) + count);
  }

  get lost() {
    return [...this.#losses.values()].reduce((sum, list) => sum + list.length, 0);
  }

  /** The table, and a description of each loss. */
  toString() {
    const row = (name, count) => `  ${name.padEnd(36)}${String(count).padStart(8)}`;
    const losses = [...this.#losses].map(([name, list]) => row(name, list.length));
    const hits = [...this.#hits]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, count]) => row(name, count));
    const reported = [...this.#losses].flatMap(([name, list]) => [
      ...list.slice(0, MAX_REPORTED).map((sentence) => `${name}: ${sentence}`),
      ...(list.length > MAX_REPORTED ? [`${name}: and ${list.length - MAX_REPORTED} more`] : []),
    ]);
    return ['lost', ...losses, '', 'hit', ...hits, ...(reported.length > 0 ? ['', ...reported] : [])].join('\n');
  }
}
