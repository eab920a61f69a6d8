import { expect } from 'chai';
import { arrowsOf } from '../../../lib/machines/arrows.ts';
import { chartOf, statesIn } from '../../../lib/machines/chart.ts';
import { machineLibrary } from '../../../lib/machines/library.ts';
import { LIBRARY, MACHINES } from '../../support/actors/machines.ts';

/** The values of an attribute, in the order of the drawing. */
function all(svg: string, attribute: string): readonly string[] {
  return [...svg.matchAll(new RegExp(` ${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) => value);
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The widths of letters that Graphviz measures with, about; a label's font has 10 points. */
const LETTER = 4.6;
const BLANK = 2.78;

function boxOf(numbers: readonly number[]): Box {
  const [xs, ys] = [numbers.filter((_, index) => index % 2 === 0), numbers.filter((_, index) => index % 2 === 1)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** The labels of arrows that lie partly in a state and partly outside of it. */
function labelsOverBorders(svg: string): readonly string[] {
  const groups = [...svg.matchAll(/<g id="([^"]+)" class="([^"]+)"[^>]*>(.*?)<\/g>/gs)];
  const states = groups.flatMap(([, id = '', kind = '', body = '']) => {
    const shape = /(?: d| points)="([^"]+)"/.exec(body)?.[1];
    if (!kind.startsWith('state') || shape === undefined) return [];
    return [{ id, ...boxOf((shape.match(/-?\d+(\.\d+)?/g) ?? []).map(Number)) }];
  });
  expect(states.length).to.be.greaterThan(0);
  return groups.flatMap(([, , kind = '', body = '']) => {
    if (kind !== 'transition') return [];
    return [...body.matchAll(/<text[^>]* x="([-\d.]+)" y="([-\d.]+)"[^>]*>([^<]*)</g)].flatMap(([, x, y, raw = '']) => {
      const text = raw.replaceAll('&#160;', ' ');
      const left = Number(x) + BLANK * (text.length - text.trimStart().length);
      const label = { left, right: left + LETTER * text.trim().length, top: Number(y) - 8, bottom: Number(y) + 2 };
      const over = states.filter((state) => touches(label, state) && !isIn(label, state));
      return over.map(({ id }) => `${text.trim()} over ${id}`);
    });
  });
}

function touches(one: Box, other: Box): boolean {
  return one.left < other.right && one.right > other.left && one.top < other.bottom && one.bottom > other.top;
}

function isIn(one: Box, other: Box): boolean {
  return one.left >= other.left && one.right <= other.right && one.top >= other.top && one.bottom <= other.bottom;
}

describe('the drawing of a machine', () => {
  before(async function () {
    this.timeout(60_000); // Graphviz is loaded, and the biggest drawings are made
    for (const { machine } of MACHINES) {
      await Promise.all([LIBRARY.svg(machine.id, 'main'), LIBRARY.svg(machine.id, 'all')]);
    }
  });

  for (const { machine, omittedEvents: aside } of MACHINES) {
    describe(machine.id, () => {
      it('has a group for every state, by its path', async () => {
        const svg = await LIBRARY.svg(machine.id, 'main');
        for (const { path, type } of statesIn(chartOf(machine).root)) {
          expect(svg).to.include(`<g id="state-${path}" class="state ${type}" data-state="${path}">`);
        }
      });

      it('has an arrow for every transition between two states, with its source, causes and target', async () => {
        const svg = await LIBRARY.svg(machine.id, 'all');
        const arrows = arrowsOf(chartOf(machine));
        for (const { source, target, causes } of arrows) {
          expect(svg).to.include(
            `<g id="transition:${source}:${causes.join(',')}:${target}" class="transition" data-source="${source}" ` +
              `data-target="${target}" data-causes="${causes.join(' ')}">`,
          );
        }
        expect(svg.match(/class="transition"/g) ?? []).to.have.length(arrows.length);
      });

      it('leaves aside what brings it back after a restart, and says so', async () => {
        const svg = await LIBRARY.svg(machine.id, 'main');
        expect(all(svg, 'data-causes').join(' ').split(' ')).not.to.include.members(['host.resume']);
        if (aside.length > 0) expect(svg).to.include(`Transitions by ${aside.join(' and ')} are left out.`);
      });

      it('has every id once, a title and a description, and no colour of its own', async () => {
        const svg = await LIBRARY.svg(machine.id, 'all');
        const ids = all(svg, 'id');
        expect(new Set(ids).size).to.equal(ids.length);
        expect(svg).to.match(/^<svg role="img" aria-labelledby="drawing-title-\w+ drawing-description-\w+" /);
        expect(svg).to.include(`<title id="drawing-title-${machine.id}">The ${machine.id} machine</title>`);
        expect(new Set([...all(svg, 'stroke'), ...all(svg, 'fill')])).to.satisfy((colours: Set<string>) =>
          [...colours].every((colour) => ['currentColor', 'none', 'transparent'].includes(colour)),
        );
      });
    });
  }

  for (const { machine } of MACHINES) {
    it(`has no label over the border of a state (${machine.id})`, async () => {
      const svg = await LIBRARY.svg(machine.id, 'main');
      expect(labelsOverBorders(svg)).to.deep.equal([]);
    });
  }

  it('is made once', () => {
    expect(LIBRARY.svg('service', 'main')).to.equal(LIBRARY.svg('service', 'main'));
  });
});

describe('the drawing of services', () => {
  const graph = {
    nodes: [
      { id: 'a.io' as never, kind: 'coreio', state: 'running' as const },
      { id: 'b-"rl"' as never, kind: 'core<rl>', state: 'failed' as const },
    ],
    edges: [{ from: 'b-"rl"' as never, to: 'a.io' as never, condition: 'healthy' as const }],
  };

  it('has a group for each, with its state, and an arrow for each dependency', async () => {
    const svg = await LIBRARY.drawServices(graph);
    expect(svg).to.include(
      '<g id="service-a.io" class="service" data-service="a.io" data-kind="coreio" data-state="running">',
    );
    expect(svg).to.include('data-from="b-&quot;rl&quot;" data-to="a.io" data-condition="healthy">');
    expect(svg).to.include('core&lt;rl&gt;');
  });

  it('says in words in which state each service is', async () => {
    const [coreio] = graph.nodes;
    const svg = await LIBRARY.drawServices({ ...graph, nodes: [{ ...coreio!, state: 'backoff' }], edges: [] });
    expect(svg).to.include('a.io is in backoff.');
  });

  it('is drawn without any service, too', async () => {
    expect(await LIBRARY.drawServices({ nodes: [], edges: [] })).to.match(/^<svg [^]*<\/svg>\s*$/);
  });
});

describe('a drawing that exists already', () => {
  it('is given as it is, once it is asked for, and only that one', async () => {
    const asked: string[] = [];
    const library = machineLibrary(
      () => MACHINES,
      (name, events) => {
        asked.push(`${name} ${events}`);
        return Promise.resolve(events === 'main' ? '<svg>kept</svg>' : null);
      },
    );
    expect(await library.svg('supervisor', 'main')).to.equal('<svg>kept</svg>');
    expect(await library.svg('supervisor', 'all')).to.equal(await LIBRARY.svg('supervisor', 'all'));
    await library.svg('supervisor', 'main');
    expect(asked).to.deep.equal(['supervisor main', 'supervisor all']);
  });
});
