import { expect } from 'chai';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layoutOf } from '../../../../lib/process/files/layout.ts';
import { readShimClaim } from '../../../../lib/process/files/launch-files.ts';
import type { OutputMode } from '../../../../lib/model/spec.ts';
import type { OwnShimKind } from '../../../../lib/model/process.ts';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import { eventually } from '../../../support/eventually.ts';
import { LocalProcessWorld } from '../../../support/process/local-process-world.ts';
import { mayEnlargePipes, recordsIn } from '../../../support/process/output-world.ts';
import { isNativeShimBuilt, isRunning } from '../../../support/process/shim-driver.ts';

const PUMP = parseServiceId('pump');
const COUNT = 1_000;
/** A line of each stream in turn, without a pause; the last one through a file that was opened again. */
const IN_TURN = `i=0; while [ $i -lt ${COUNT} ]; do echo "out $i"; echo "err $i" >&2; i=$((i+1)); done; echo end >>/dev/stderr`;
const LINES = Array.from({ length: COUNT }, (_, index) => [`out ${index}`, `err ${index}`]).flat();

for (const kind of ['native', 'node'] as const satisfies readonly OwnShimKind[]) {
  describe(`merged output (${kind} shim)`, function () {
    this.timeout(20_000);
    let world: LocalProcessWorld;

    before(function () {
      if (kind === 'native' && !isNativeShimBuilt()) this.skip();
    });

    beforeEach(() => {
      world = new LocalProcessWorld(kind);
    });

    afterEach(() => world.dispose());

    async function ran(output: OutputMode): Promise<void> {
      const host = await world.open();
      const request = world.request(PUMP, 1, { executablePath: world.script(IN_TURN), output });
      expect(await host.launch(request)).to.include({ type: 'launched' });
      await eventually(() => expect(host.status(PUMP)?.status).to.equal('exited'));
    }

    const fileOf = (name: string): string => join(world.stateDir, 'logs', PUMP, name);

    it('is one stream, stdout, in exactly the order in which both were written', async () => {
      await ran('merged');
      const expected = [...LINES, 'end'];
      if (kind === 'node') {
        expect(readFileSync(fileOf('1.stdout'), 'utf8').split('\n')).to.deep.equal([...expected, '']);
        expect(existsSync(fileOf('1.stderr'))).to.equal(false);
        return;
      }
      await eventually(() => {
        const records = recordsIn(readFileSync(fileOf('1.000000000000000.log')));
        expect(records.map(({ text }) => text.toString())).to.deep.equal(expected);
        expect(new Set(records.map(({ stream }) => stream))).to.deep.equal(new Set(['stdout']));
      });
    });
  });
}

describe('a stream that nobody opens', function () {
  this.timeout(20_000);
  let world: LocalProcessWorld;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  beforeEach(() => {
    world = new LocalProcessWorld('native');
  });

  afterEach(() => world.dispose());

  for (const isShimKilled of [false, true]) {
    it(`ends with its launch${isShimKilled ? ', also if the shim was killed' : ''}`, async () => {
      const host = await world.open();
      const go = join(world.folder, 'go');
      const script = `echo before; while [ ! -e "${go}" ]; do sleep 0.02; done; echo after >&2`;
      const request = world.request(PUMP, 1, { executablePath: world.script(script), output: 'merged' });
      const outcome = await host.launch(request);
      if (outcome.type !== 'launched') throw new Error('It was not launched.');
      const shim = readShimClaim(layoutOf(world.stateDir), outcome.launch.launchId)?.shim.pid ?? 0;
      if (isShimKilled) process.kill(shim, 'SIGKILL');
      writeFileSync(go, '');
      await eventually(() => expect(host.status(PUMP)?.status).to.equal('exited'));
      await eventually(() => expect(isRunning(shim)).to.equal(false));
      const file = join(world.stateDir, 'logs', PUMP, '1.000000000000000.log');
      await eventually(() => {
        const texts = recordsIn(readFileSync(file)).map(({ stream, text }) => `${stream} ${text.toString()}`);
        expect(texts).to.deep.equal(['stdout before', 'stdout after']);
      });
      await eventually(() => expect(world.list('run')).to.deep.equal([])); // no reader needs its files
    });
  }
});

describe('the output buffer of a launch', function () {
  this.timeout(20_000);
  let world: LocalProcessWorld;

  afterEach(() => world.dispose());

  it('is the size of its pipes, known to the next host too', async function () {
    if (!isNativeShimBuilt()) this.skip();
    world = new LocalProcessWorld('native');
    const first = await world.open();
    const outcome = await first.launch(world.request(PUMP, 1));
    if (outcome.type !== 'launched') throw new Error('It was not launched.');
    const { guarantees, launchId } = outcome.launch;
    expect(guarantees.outputBuffer).to.equal(mayEnlargePipes() ? 1024 ** 2 : 65_536);
    expect(readShimClaim(layoutOf(world.stateDir), launchId)?.outputBuffer).to.equal(guarantees.outputBuffer);
    await world.close(first);
    const second = await world.open();
    const status = (await second.survey()).get(PUMP);
    expect(status).to.have.nested.property('launch.guarantees.outputBuffer', guarantees.outputBuffer);
  });

  it('is unknown with the Node shim, whose launches have no pipes', async () => {
    world = new LocalProcessWorld('node');
    const outcome = await (await world.open()).launch(world.request(PUMP, 1));
    expect(outcome).to.have.nested.property('launch.guarantees.outputBuffer', null);
  });
});
