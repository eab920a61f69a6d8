import { expect } from 'chai';
import { appendFileSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { recordSink } from '../../../lib/logs/sink/record-sink.ts';
import type { LaunchLog, StampedLine } from '../../../lib/ports/engine/log-sink.ts';
import { LogsWorld, SERVICE } from '../../support/process/logs-world.ts';

const MIB = 1024 ** 2;

function at(second: number): string {
  return `2026-11-27T10:00:${String(second).padStart(2, '0')}.000000001Z`;
}

function line(second: number, text: string): StampedLine {
  return { at: at(second), text: Buffer.from(text) };
}

describe('a log that the host writes', () => {
  let world: LogsWorld;
  let log: LaunchLog;

  beforeEach(async () => {
    world = new LogsWorld();
    log = await opened();
  });

  afterEach(async () => {
    await log.close();
  });

  function opened(maxBytes = MIB): Promise<LaunchLog> {
    return recordSink(world.stateDir).open(SERVICE, 1, maxBytes);
  }

  async function reopened(): Promise<LaunchLog> {
    await log.close();
    return (log = await opened());
  }

  const segments = (): readonly string[] => readdirSync(world.folder).sort();
  const text = (): string =>
    segments()
      .map((name) => readFileSync(join(world.folder, name), 'utf8'))
      .join('');

  it('has records like those of a shim, with the times of the lines', async () => {
    await log.append([line(1, 'one'), line(2, ''), line(2, 'three')]);
    expect(text()).to.equal(`${at(1)} stdout F one\n${at(2)} stdout F \n${at(2)} stdout F three\n`);
    expect(segments()).to.deep.equal([`1.${'0'.repeat(15)}.log`]);
  });

  it('knows its last time, and how many lines have it, also after it was opened again', async () => {
    expect(log.mark).to.equal(null);
    await log.append([line(1, 'one'), line(2, 'two'), line(2, 'three')]);
    expect(log.mark).to.deep.equal({ at: at(2), count: 2 });
    expect((await reopened()).mark).to.deep.equal({ at: at(2), count: 2 });
    await log.append([line(2, 'four')]);
    expect((await reopened()).mark).to.deep.equal({ at: at(2), count: 3 });
  });

  it('cuts off what a host that was killed has written of a line', async () => {
    await log.append([line(1, 'one')]);
    const whole = text();
    for (const torn of [`${at(2)} stdo`, `${at(2)} stdout P half\n`, `${at(2)} stdout P half\n${at(2)} stdout F r`]) {
      appendFileSync(join(world.folder, segments()[0]!), torn);
      expect((await reopened()).mark).to.deep.equal({ at: at(1), count: 1 });
      expect(text()).to.equal(whole);
    }
    await log.append([line(2, 'two')]);
    expect(text()).to.equal(`${whole}${at(2)} stdout F two\n`);
  });

  it('is read like that of any launch, and keeps a long line and the bytes of a character together', async () => {
    const long = 'ä'.repeat(20_000);
    await log.append([line(1, 'one'), line(2, long), line(2, 'three')]);
    expect(log.mark).to.deep.equal({ at: at(2), count: 2 });
    for (const record of text().split('\n')) expect(record.length).to.be.below(16 * 1024 + 41);
    expect(Buffer.from(text()).toString('utf8')).not.to.include('\uFFFD');
    await world.open();
    expect(await world.texts()).to.deep.equal(['one', long, 'three']);
  });

  it('stays sorted if a clock goes back', async () => {
    await log.append([line(5, 'one'), line(3, 'two')]);
    expect(text()).to.equal(`${at(5)} stdout F one\n${at(5)} stdout F two\n`);
    expect(log.mark).to.deep.equal({ at: at(5), count: 2 });
  });

  it('keeps its bound, in segments named by their offset', async () => {
    const kept = Array.from({ length: 300 }, (_, index) => line(1, `${index} ${'x'.repeat(10_000)}`));
    await log.append(kept);
    const sizes = segments().map((name) => statSync(join(world.folder, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.within(MIB / 2, MIB + MIB / 8);
    const starts = segments().map((name) => Number(name.split('.')[1]));
    for (let index = 1; index < starts.length; index += 1)
      expect(starts[index]).to.equal(starts[index - 1]! + sizes[index - 1]!);
    expect(text()).to.include(' 299 x').and.not.include(' 0 x');
  });

  it('continues in a new file if somebody has removed it', async () => {
    await log.append([line(1, 'one')]);
    const offset = text().length;
    rmSync(world.folder, { recursive: true });
    await log.append([line(2, 'two')]);
    expect(segments()).to.deep.equal([`1.${String(offset).padStart(15, '0')}.log`]);
    expect(text()).to.equal(`${at(2)} stdout F two\n`);
  });
});
