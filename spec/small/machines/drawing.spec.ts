import { expect } from 'chai';
import { arrowsOf } from '../../../lib/machines/arrows.ts';
import { chartOf, statesIn } from '../../../lib/machines/chart.ts';
import { LIBRARY, MACHINES } from '../../support/machines.ts';

/** The values of an attribute, in the order of the drawing. */
function all(svg: string, attribute: string): readonly string[] {
  return [...svg.matchAll(new RegExp(` ${attribute}="([^"]*)"`, 'g'))].map(([, value = '']) => value);
}

describe('the drawing of a machine', () => {
  before(async function () {
    this.timeout(60_000); // Graphviz is loaded, and the biggest drawings are made
    for (const { machine } of MACHINES) {
      await Promise.all([LIBRARY.svg(machine.id, 'main'), LIBRARY.svg(machine.id, 'all')]);
    }
  });

  for (const { machine, aside } of MACHINES) {
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

  it('is drawn without any service, too', async () => {
    expect(await LIBRARY.drawServices({ nodes: [], edges: [] })).to.match(/^<svg [^]*<\/svg>\s*$/);
  });
});
