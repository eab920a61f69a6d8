import { expect } from 'chai';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KnownLaunches } from '../../../lib/logs/files.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const PUMP = parseServiceId('pump');

describe('the known launches of a service', () => {
  let logs: string;
  let folder: string;

  beforeEach(() => {
    logs = temporaryFolder();
    folder = join(logs, PUMP);
    mkdirSync(folder);
    write('1.stdout');
  });

  function write(name: string): void {
    writeFileSync(join(folder, name), '');
  }

  /** As they are known this long after the last change. */
  function knownAfter(ms: number): KnownLaunches {
    return new KnownLaunches({ logs }, () => Date.now() + ms);
  }

  function generationsIn(known: KnownLaunches): readonly number[] {
    return known.of(PUMP).map(({ generation }) => generation);
  }

  it('are read once while the folder stays as it is, and again after each change', () => {
    const known = knownAfter(10_000);
    const first = known.of(PUMP);
    expect(first).to.deep.equal([{ generation: 1, form: 'plain' }]);
    expect(known.of(PUMP)).to.equal(first);
    write('2.000000000000000.log');
    expect(generationsIn(known)).to.deep.equal([1, 2]);
    rmSync(join(folder, '1.stdout'));
    expect(generationsIn(known)).to.deep.equal([2]);
  });

  it('are read each time soon after a change, because the next one may have the same time', () => {
    const known = knownAfter(0);
    expect(known.of(PUMP)).not.to.equal(known.of(PUMP));
    for (let generation = 2; generation < 100; generation += 1) {
      write(`${generation}.stdout`);
      expect(generationsIn(known)).to.include(generation);
    }
  });

  it('are those of the folder that has its name now', () => {
    const known = knownAfter(10_000);
    expect(generationsIn(known)).to.deep.equal([1]);
    renameSync(folder, `${folder}.old`);
    expect(generationsIn(known)).to.deep.equal([]);
    mkdirSync(folder);
    write('7.stdout');
    expect(generationsIn(known)).to.deep.equal([7]);
  });

  it('are forgotten with their service', () => {
    const known = knownAfter(10_000);
    const first = known.of(PUMP);
    known.keepOnly(new Set([PUMP]));
    expect(known.of(PUMP)).to.equal(first);
    known.keepOnly(new Set());
    expect(known.of(PUMP)).not.to.equal(first);
  });
});
