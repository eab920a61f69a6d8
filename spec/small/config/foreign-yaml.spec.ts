import { expect } from 'chai';
import { parseForeignYaml } from '../../../lib/config/yaml/yaml-source.ts';
import { ConfigInvalidError } from '../../../lib/model/errors.ts';

const FILE = '/plant/pump1.yaml';
const SECTION = 'coredinator: { coreio_id: shared }\n';

function parsed(text: string): ReturnType<typeof parseForeignYaml> {
  return parseForeignYaml(FILE, Buffer.from(text));
}

function refusalOf(act: () => unknown): ConfigInvalidError {
  try {
    act();
  } catch (error) {
    expect(error).to.be.instanceOf(ConfigInvalidError);
    return error as ConfigInvalidError; // just checked
  }
  throw new Error('It was accepted.');
}

function nested(depth: number): string {
  return `deep: ${'['.repeat(depth)}${']'.repeat(depth)}\n`;
}

/** What other loaders read, most of them PyYAML and libyaml. */
const READ_BY_OTHERS: Readonly<Record<string, string>> = {
  'a key twice': 'a: 1\na: 2\nb: { c: 1, c: 2 }\n',
  'double-quoted text in column 0': 'a: "first\nsecond:\n\n- third"\n',
  'single-quoted text in column 0': "a: 'it''s\nsecond'\nb: 1\n",
  'a list in brackets in column 0': 'a: [\n1,\n{ b: 2 },\n]\n',
  'a mapping in braces in column 0': 'a: {\nb: 1,\nc: "x\ny"\n}\n',
  'a list of a key in column 0': 'a:\n- 1\n- 2\n',
  'text in column 0 with Windows line endings': 'a: "first\r\nsecond"\r\nb: [\r\n1\r\n]\r\n',
  'a comment right after a quote': 'a: "x"#comment\n',
  'deep nesting': nested(450),
  'deep nesting in blocks': `${'- '.repeat(450)}x\n`.replace(/^/, 'deep:\n  '),
  'nesting deeper than the stack': nested(9_000),
  'unknown tags': 'a: !foo 1\nb: !include other.yaml\nc: !Ref x\nd: !!python/tuple [1, 2]\ne: !<x:y> 1\n',
  'tags with a handle': '%TAG !e! tag:example.com,2000:\n---\na: !e!foo b\n',
  'values that do not fit their tags': 'a: !!int x\nb: !!binary "@@@"\nc: !!timestamp never\n',
  'sets, ordered mappings, bytes': 'a: !!set {x, y}\nb: !!omap [x: 1]\nc: !!binary aGVsbG8=\n',
  'YAML 1.1': '%YAML 1.1\n---\na: yes\nb: 010\nc: 1_000\nd: 12:30:45\ne: 0b11\n',
  'words and numbers of YAML 1.1': 'a: yes\nb: off\nc: 010\nd: 0o10\ne: 1_000\nf: 12:30:45\ng: 2001-12-14\nh: ~\n',
  'a newer version, an unknown directive': '%YAML 1.9\n%FOO bar\n---\na: 1\n',
  'merge keys': 'b: &b { x: 1 }\na:\n  <<: *b\n  y: 2\nc:\n  <<: [*b, { z: 1 }]\n  <<: *b\n',
  'a merge of something else': 'a: { <<: 3 }\nb: { <<: [1, *c] }\n'.replace('*c', 'x'),
  'an anchor twice': 'a: &x 1\nb: &x 2\nc: *x\n',
  'a value that contains itself': 'a: &a [*a]\nb: &b\n  c: *b\n',
  'aliases that expand to millions of values': Array.from(
    { length: 9 },
    (_, n) => `x${n}: &x${n} [${n === 0 ? 'a' : Array.from({ length: 9 }, () => `*x${n - 1}`).join(', ')}]\n`,
  ).join(''),
  'keys that are no text': '1: a\n~: b\ntrue: c\n? [x, y]\n: d\n? { z: 1 }\n: e\n2.5: f\n',
  'a byte order mark': '\u{feff}a: 1\n',
  'no text after a key': 'a:\nb:\n',
};

describe('an agent file outside of its section', () => {
  for (const [what, text] of Object.entries(READ_BY_OTHERS)) {
    it(`may contain ${what}`, () => {
      const isAtEnd = text.startsWith('%') || text.startsWith('\u{feff}');
      for (const whole of isAtEnd ? [text + SECTION] : [text + SECTION, SECTION + text]) {
        const { root, part } = parsed(whole);
        expect(root).to.equal('mapping');
        expect(part('coredinator')?.json).to.deep.equal({ coreio_id: 'shared' });
      }
      expect(parsed(text).part('coredinator')).to.equal(null);
    });
  }

  it('may end with a document end marker', () => {
    expect(parsed(`a: 1\n${SECTION}...\n# the end\n`).part('coredinator')?.json).to.have.property('coreio_id');
  });

  it('leaves the places of the section as they are', () => {
    const text = `a: "first\nsecond"\nb: [\n1\n]\n${nested(200)}${SECTION}`;
    const refusal = parsed(text)
      .part('coredinator')
      ?.refuse([{ path: ['coreio_id'], message: 'is wrong' }]);
    expect(refusal?.message).to.equal(`${FILE}:7:27: coredinator.coreio_id is wrong.`);
  });

  for (const [text, place] of [
    ['a: [1\nb: 2\n', '2:1'],
    ['a: "x\n', '2:1'],
    ['a: "x\nb: 1\n', '3:1'],
    ['a: { b: 1\n', '2:1'],
    ['a: b: c\n', '1:4'],
    ['a:\n\tb: 1\n', '2:1'],
    ['a: *b\n', '1:4'],
    ['a: 1\n---\nb: 2\n', '2:1'],
    ['a: hello\nworld\n', '2:1'],
    [nested(20_000), '1:'],
  ] as const) {
    it(`is refused if no loader reads it: ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(refusalOf(() => parsed(text)).message).to.match(new RegExp(`^${FILE}:${place}`));
      expect(() => parsed(SECTION + text)).to.throw(ConfigInvalidError);
    });
  }

  it('is read in time proportional to its size', () => {
    const quoted = `a: "${'x\n'.repeat(200_000)}"\n`;
    const lists = `b: [\n${'[\n1\n],\n'.repeat(20_000)}]\n`;
    const keys = Array.from({ length: 40_000 }, (_, index) => `k${index % 100}:\n`).join('');
    for (const text of [quoted, lists, keys, '['.repeat(1_000_000), '- '.repeat(500_000)]) {
      const begin = performance.now();
      try {
        parsed(SECTION + text).part('coredinator');
      } catch (error) {
        expect(error).to.be.instanceOf(ConfigInvalidError);
      }
      expect(performance.now() - begin, text.slice(0, 20)).to.be.below(10_000); // each takes less than a second
    }
  }).timeout(60_000);
});

describe('the section in an agent file', () => {
  for (const [text, message] of [
    ['coredinator: { coreio_id: a, coreio_id: b }', '1:30: the key "coreio_id" is duplicated'],
    ['coredinator: {}\na: 1\ncoredinator: {}', '3:1: the key "coredinator" is duplicated'],
    ['x: &x { a: 1, a: 2 }\ncoredinator: *x', '1:15: the key "a" is duplicated'],
    ['x: &x { a: 1, a: 2 }\ncoredinator: { kinds: { <<: *x } }', '1:15: the key "a" is duplicated'],
    [`coredinator: { kinds: ${'['.repeat(150)}${']'.repeat(150)} }`, '1:121: more than 100 levels are nested'],
    ['coredinator: { kinds: { <<: 3 } }', '1:14: coredinator cannot be expanded'],
  ] as const) {
    it(`is strict: ${text.slice(0, 60)}`, () => {
      const error = refusalOf(() => JSON.stringify(parsed(text).part('coredinator')?.json));
      expect(error.message).to.contain(`${FILE}:${message}`);
    });
  }

  it('may be in braces that close in column 0', () => {
    expect(parsed('coredinator: {\ncoreio_id: "shared"\n}\n').part('coredinator')?.json).to.deep.equal({
      coreio_id: 'shared',
    });
  });
});
