/** The kinds of losses, in the order of the table. */
export const LOSSES = [
  'duplicates',
  'orphans',
  'launches started twice',
  'launches beyond the policy',
  'forgotten commands',
  'disturbed services',
  'wrong exit codes',
  'exits not told once',
  'wrong last exits',
  'wrong guarantees',
  'wrong health',
  'signals to others',
  'log gaps',
  'services not as intended',
  'crashed hosts',
];
/** The columns that have a meaning in a cluster. */
export const CLUSTER_LOSSES = [
  ...LOSSES.filter((column) => !['launches beyond the policy', 'wrong guarantees'].includes(column)),
  'taken for dead',
];
const MAX_REPORTED = 12;
const FAULT = 'fault ';

/** Counts losses and hits of all hosts. */
export class Tally {
  #losses;
  #hits = new Map();
  #absent = new Map();

  constructor(columns = LOSSES) {
    this.#losses = new Map(columns.map((name) => [name, []]));
  }

  /** What toJSON returned. */
  static from({ losses, hits }) {
    const tally = new Tally();
    tally.#losses = new Map(losses);
    tally.#hits = new Map(hits);
    return tally;
  }

  toJSON() {
    return { losses: [...this.#losses], hits: [...this.#hits] };
  }

  /** The same tally, for one of several hosts: its losses name it. */
  of(host) {
    return host === null ? this : new HostTally(this, host);
  }

  /** Records one loss with a sentence that describes it. */
  lose(kind, sentence) {
    this.#losses.get(kind).push(sentence);
  }

  hit(name, count = 1) {
    this.#hits.set(name, (this.#hits.get(name) ?? 0) + count);
  }

  /** A fault was really done; `how` says which of its forms. */
  hitFault(kind, how) {
    this.hit(`${FAULT}${kind}`);
    this.hit(`${FAULT}${kind}: ${how}`);
  }

  /** A kind of fault cannot be done on this machine, and why. */
  cannot(kind, why) {
    this.#absent.set(kind, why);
  }

  /** How much was lost in one column. */
  lostIn(column) {
    return this.#losses.get(column).length;
  }

  get lost() {
    return [...this.#losses.values()].reduce((sum, list) => sum + list.length, 0);
  }

  /** The table, and a description of each loss. */
  toString() {
    const row = (name, count) => `  ${name.padEnd(44)}${String(count).padStart(8)}`;
    const losses = [...this.#losses].map(([name, list]) => row(name, list.length));
    const inOrder = [...this.#hits].sort(([one], [other]) => (one < other ? -1 : 1));
    const rows = (isFault) =>
      inOrder
        .filter(([name]) => name.startsWith(FAULT) === isFault)
        .map(([name, count]) => row(isFault ? name.slice(FAULT.length) : name, count));
    const faults = [...rows(true), ...[...this.#absent].map(([kind, why]) => `  ${kind}: not possible here (${why})`)];
    const reported = [...this.#losses].flatMap(([name, list]) => [
      ...list.slice(0, MAX_REPORTED).map((sentence) => `${name}: ${sentence}`),
      ...(list.length > MAX_REPORTED ? [`${name}: and ${list.length - MAX_REPORTED} more`] : []),
    ]);
    return [
      ...['lost', ...losses, '', 'hit', ...rows(false)],
      ...(faults.length > 0 ? ['', 'faults', ...faults] : []),
      ...(reported.length > 0 ? ['', ...reported] : []),
    ].join('\n');
  }
}

class HostTally {
  #tally;
  #host;

  constructor(tally, host) {
    this.#tally = tally;
    this.#host = host;
  }

  lose(kind, sentence) {
    this.#tally.lose(kind, `host ${this.#host}: ${sentence}`);
  }

  hit(name, count) {
    this.#tally.hit(name, count);
  }

  hitFault(kind, how) {
    this.#tally.hitFault(kind, how);
  }

  cannot(kind, why) {
    this.#tally.cannot(kind, why);
  }

  lostIn(column) {
    return this.#tally.lostIn(column);
  }

  get lost() {
    return this.#tally.lost;
  }
}
