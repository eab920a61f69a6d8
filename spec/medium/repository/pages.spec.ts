import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const root = join(import.meta.dirname, '../../..');
/** The changelog tells of the past, in which files had other names. */
const LEFT_OUT = new Set(['CHANGELOG.md']);

const pages = ['.', 'docs', 'docs/decisions', 'examples', '.github']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
  .filter((name) => name.endsWith('.md') && !LEFT_OUT.has(name));

/** Blocks of code show what stands elsewhere. */
function prose(page: string): string {
  return readFileSync(join(root, page), 'utf8').replace(/^```.*?^```/gms, '');
}

/** The heading as the fragment of an address, in the way of GitHub. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

function slugs(page: string): readonly string[] {
  return [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading));
}

/** Where the links of a page lead that lead nowhere. */
function brokenLinks(page: string): readonly string[] {
  const targets = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [path = '', fragment] = target.split('#');
    const file = path === '' ? page : relative(root, join(root, dirname(page), path));
    if (!existsSync(join(root, file))) return true;
    return fragment !== undefined && file.endsWith('.md') && !slugs(file).includes(fragment);
  });
}

/** The files of the sources that a page names and that are not there; `*` and words in capitals stand for something else. */
function missingFiles(page: string): readonly string[] {
  const named = [...prose(page).matchAll(/`((?:lib|spec|scripts|bench|chaos|docs|examples)\/[\w./-]+)`/g)];
  return named.map(([, path = '']) => path).filter((path) => !existsSync(join(root, path)));
}

describe('the pages of this repository', () => {
  for (const page of pages) {
    it(`lead somewhere, and name files that there are: ${page}`, () => {
      expect(brokenLinks(page)).to.deep.equal([]);
      expect(missingFiles(page)).to.deep.equal([]);
    });
  }
});

describe('the decisions', () => {
  const folder = join(root, 'docs/decisions');
  const files = readdirSync(folder)
    .filter((name) => name !== 'README.md')
    .sort();

  it('are numbered without a gap, and all in the index, in order', () => {
    expect(files.map((name) => Number(name.slice(0, 3)))).to.deep.equal(files.map((_, at) => at + 1));
    const index = readFileSync(join(folder, 'README.md'), 'utf8');
    const listed = [...index.matchAll(/^\| \[(\d{3})\]\(([^)]+)\)/gm)].map(([, number, file]) => [number, file]);
    expect(listed).to.deep.equal(files.map((name) => [name.slice(0, 3), name]));
  });

  for (const name of files) {
    it(`have a context, a choice and a price: ${name}`, () => {
      const text = readFileSync(join(folder, name), 'utf8');
      const parts = [...text.matchAll(/^(?:## (\w+)$|\*\*(\w+)\.\*\* )/gm)].map(([, heading, word]) => heading ?? word);
      expect(parts).to.deep.equal(['Context', 'Choice', 'Price']);
      expect(text).to.match(new RegExp(`^# ${name.slice(0, 3)}:? \\w`));
    });
  }
});
