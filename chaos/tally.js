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
  'hosts that broke',
];
const MOST_TOLD = 12;

/** Counts what was lost and what was hit. */
export class Tally {
  #losses = new Map(LOSSES.map((name) => [name, []]));
  #hits = new Map();

  /** One loss with the sentence that says what it was. */
  lose(kind, sentence) {
    this.#losses.get(kind).push(sentence);
  }

  hit(name, count = 1) {
    this.#hits.set(name, (this.#hits.get(name) ?? 0) + count);
  }

  get lost() {
    return [...this.#losses.values()].reduce((sum, list) => sum + list.length, 0);
  }

  /** The table, and what is to be told of each loss. */
  toString() {
    const row = (name, count) => `  ${name.padEnd(36)}${String(count).padStart(8)}`;
    const losses = [...this.#losses].map(([name, list]) => row(name, list.length));
    const hits = [...this.#hits]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, count]) => row(name, count));
    const told = [...this.#losses].flatMap(([name, list]) => [
      ...list.slice(0, MOST_TOLD).map((sentence) => `${name}: ${sentence}`),
      ...(list.length > MOST_TOLD ? [`${name}: and ${list.length - MOST_TOLD} more`] : []),
    ]);
    return ['lost', ...losses, '', 'hit', ...hits, ...(told.length > 0 ? ['', ...told] : [])].join('\n');
  }
}
