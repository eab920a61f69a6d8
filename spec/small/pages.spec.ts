import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const pages = [
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`),
  'README.md',
];

function textOf(page: string): string {
  return readFileSync(join(ROOT, page), 'utf8');
}

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...textOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function hasTarget(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(target).has(anchor);
}

describe('the pages of the documentation', () => {
  it('link to files and headings that exist', () => {
    const dead = pages.flatMap((page) =>
      [...textOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^https?:/.test(link) && !hasTarget(page, link))
        .map((link) => `${page}: ${link}`),
    );
    expect(dead).to.deep.equal([]);
  });
});

describe('the glossary', () => {
  const rows = [...textOf('docs/glossary.md').matchAll(/^\| ([^|]+?) +\|.*\| `([^`]+)` +\|$/gm)];
  const terms = rows.map(([, term = '']) => term);

  it('has its terms in alphabetical order, each once', () => {
    expect(terms.length).to.be.greaterThan(50);
    expect(terms).to.deep.equal([...new Set(terms)].sort());
  });

  it('leads to files that exist', () => {
    const missing = rows.map(([, , file = '']) => file).filter((file) => !existsSync(join(ROOT, file)));
    expect(missing).to.deep.equal([]);
  });
});
