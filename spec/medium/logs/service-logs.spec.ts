import { expect } from 'chai';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { LOG_STREAMS, parsePosition, type LogStart } from '../../../lib/model/values/log-line.ts';
import { openServiceLogs } from '../../../lib/logs/local-service-logs.ts';
import { bestShimKind } from '../../../lib/process/launch/shim-kind.ts';
import { eventually } from '../../support/eventually.ts';
import { AMPLE, Follower, LogsWorld, SERVICE } from '../../support/process/logs-world.ts';

const tail = (lines: number): LogStart => ({ type: 'tail', lines, since: null });
const OLDEST: LogStart = { type: 'oldest' };

function after(position: string, streams = LOG_STREAMS): LogStart {
  const parsed = parsePosition(position, streams);
  if (parsed === null) throw new Error(`"${position}" is no position.`);
  return { type: 'after', position: parsed };
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
}

const HELD_AT_MOST = 12 * 1024 * 1024;
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void; // what the flag gives to new contexts

/** What this process holds in heap and buffers. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The count in a whole line; nothing else is above any other. */
function numberOf(text: string): number {
  return Number(/^line (\d+)$/.exec(text)?.[1] ?? -1);
}

describe('the output of a service', function () {
  this.timeout(30_000);
  let world: LogsWorld;
  const followers: Follower[] = [];

  function follow(start: LogStart, streams = LOG_STREAMS): Follower {
    const follower = new Follower(world.logs, start, streams);
    followers.push(follower);
    return follower;
  }

  beforeEach(() => {
    world = new LogsWorld();
  });

  afterEach(async () => {
    for (const follower of followers.splice(0)) await follower.stop();
    await world.close();
  });

  describe('as it is read', () => {
    it('is nothing where nothing was ever written', async () => {
      await world.open();
      for (const start of [OLDEST, tail(10), after('1:0,0'), { type: 'since', since: 0 } as const]) {
        expect(await world.texts(start)).to.deep.equal([]);
      }
      rmSync(world.folder, { recursive: true });
      expect(await world.texts()).to.deep.equal([]);
    });

    it('is that of all launches, oldest first by number, stdout before stderr', async () => {
      await world.open();
      world.write(10, 'e\n');
      world.write(9, 'c\n', 'stderr');
      world.write(9, 'a\nb\n');
      world.write(10, 'f\n', 'stderr');
      expect(await world.texts()).to.deep.equal(['a', 'b', 'c', 'e', 'f']);
      expect(await world.texts(OLDEST, ['stderr'])).to.deep.equal(['c', 'f']);
      const [first] = await world.all();
      expect(first).to.deep.equal({
        ...{
          type: 'line',
          generation: 9,
          stream: 'stdout',
          offset: 0,
          at: null,
          text: 'a',
          partial: null,
          position: '9:2,0',
        },
      });
    });

    it('goes on behind any line without a gap or a double line', async () => {
      await world.open();
      for (const generation of [1, 2, 4]) {
        world.write(generation, 'a\nbb\n');
        world.write(generation, 'c\n\nd\n', 'stderr');
      }
      for (const streams of [LOG_STREAMS, ['stdout'], ['stderr']] as const) {
        const whole = await world.all(OLDEST, streams);
        for (const [index, item] of whole.entries()) {
          expect(await world.all(after(item.position, streams), streams)).to.deep.equal(whole.slice(index + 1));
        }
      }
    });

    it('ends with so many lines of each stream, over launches where they have to come from several', async () => {
      await world.open();
      world.write(1, numbers(1, 50).join('\n') + '\n');
      world.write(2, 'x\ny\n');
      world.write(2, 'oh\n', 'stderr');
      expect(await world.texts(tail(1))).to.deep.equal(['y', 'oh']);
      expect(await world.texts(tail(4), ['stdout'])).to.deep.equal(['line 49', 'line 50', 'x', 'y']);
      expect(await world.texts(tail(4))).to.deep.equal(['line 49', 'line 50', 'x', 'y', 'oh']);
      expect(await world.texts(tail(52), ['stdout'])).to.deep.equal([...numbers(1, 50), 'x', 'y']);
      expect(await world.texts(tail(1_000), ['stdout'])).to.have.length(52);
      expect(await world.texts(tail(0))).to.deep.equal([]);
    });

    it('ends with no more than so many lines, whatever is written while they are read', async () => {
      await world.open();
      world.write(1, 'one\ntwo\n');
      world.write(1, 'oh\nah', 'stderr');
      const texts: string[] = [];
      const query = { serviceId: SERVICE, streams: LOG_STREAMS, start: tail(1) };
      for await (const batch of world.logs.read(query)) {
        texts.push(...batch.map((item) => (item.type === 'line' ? item.text : 'GAP')));
        if (texts.length === 1) world.write(1, 'a\nuh\n', 'stderr');
      }
      expect(texts).to.deep.equal(['two', 'oh']);
      expect(await world.texts(tail(2), ['stderr'])).to.deep.equal(['aha', 'uh']);
    });

    it('ends with so many lines of a file that is larger than what is read at once', async () => {
      await world.open();
      await world.count(1, 1, 40_000);
      for (const lines of [1, 2, 5_461, 20_000, 39_999, 40_000]) {
        const texts = await world.texts(tail(lines));
        expect([texts.length, texts[0], texts.at(-1)]).to.deep.equal([lines, `line ${40_001 - lines}`, 'line 40000']);
      }
    });

    it('holds an unfinished line back while the launch lives, and gives it when the launch is over', async () => {
      await world.open();
      world.write(1, 'whole\nunfin');
      expect(await world.texts()).to.deep.equal(['whole']);
      expect(await world.texts(tail(1))).to.deep.equal(['whole']);
      world.ended(1);
      expect((await world.all()).at(-1)).to.include({
        text: 'unfin',
        partial: 'unfinished',
        offset: 6,
        position: '1:11,0',
      });
      expect(await world.texts(tail(1))).to.deep.equal(['unfin']);
      expect(await world.texts(tail(0))).to.deep.equal([]);
      world.write(2, 'next\n');
      expect(await world.texts()).to.deep.equal(['whole', 'unfin', 'next']);
    });

    it('has long lines in pieces', async () => {
      await world.open();
      const long = 'é'.repeat(100_000);
      world.write(1, `a\n${long}\nb\n`);
      const items = await world.all();
      const partials = items.map((item) => item.type === 'line' && item.partial);
      expect(partials).to.deep.equal([null, 'split', 'split', 'split', null, null]);
      expect((await world.texts()).slice(1, -1).join('')).to.equal(long);
    });

    it('is that of the launches that wrote since an instant', async () => {
      await world.open();
      for (const generation of [1, 2, 3]) {
        world.write(generation, `of ${generation}\n`);
        utimesSync(world.file(generation), generation * 1_000, generation * 1_000);
      }
      expect(await world.texts({ type: 'since', since: 2_000_000 })).to.deep.equal(['of 2', 'of 3']);
      expect(await world.texts({ type: 'tail', lines: 5, since: 3_000_000 })).to.deep.equal(['of 3']);
      expect(await world.texts({ type: 'since', since: 3_000_001 })).to.deep.equal([]);
    });

    it('skips the NULs of a head that nobody wrote down, and says so', async () => {
      await world.open();
      world.write(1, Buffer.alloc(300_000));
      world.write(1, 'a\n\0b\n');
      expect(await world.texts()).to.deep.equal(['GAP', 'a', '\0b']);
      expect((await world.all())[0]).to.include({ type: 'gap', from: 0, to: 300_000 });
    });
  });

  describe('as it is followed', () => {
    it('goes on with what comes, also in later launches, and ends when it is told to', async () => {
      await world.open();
      world.write(1, 'a\nb');
      const follower = follow(OLDEST);
      await eventually(() => {
        expect(follower.texts).to.deep.equal(['a']);
      });
      world.write(1, 'b\n');
      await eventually(() => {
        expect(follower.texts).to.deep.equal(['a', 'bb']); // what follows on the other stream may be read first
      });
      world.write(1, 'oh\n', 'stderr');
      await eventually(() => {
        expect(follower.texts).to.deep.equal(['a', 'bb', 'oh']);
      });
      world.write(1, 'torn');
      world.write(2, 'c\n');
      await eventually(() => {
        expect(follower.texts).to.deep.equal(['a', 'bb', 'oh', 'torn', 'c']);
      });
      await follower.stop();
    });

    it('begins before the first launch', async () => {
      await world.open();
      const follower = follow(tail(10));
      world.write(1, 'first\n');
      await eventually(() => {
        expect(follower.texts).to.deep.equal(['first']);
      });
    });

    it('gives the unfinished line when the launch ends', async () => {
      await world.open();
      world.write(1, 'last words');
      const follower = follow(OLDEST);
      world.ended(1);
      await eventually(() => {
        expect(follower.items).to.have.length(1);
      });
      expect(follower.lines[0]).to.include({ text: 'last words', partial: 'unfinished' });
    });

    it('ends without an error when the host closes', async () => {
      await world.open();
      world.write(1, 'a\n');
      const follower = follow(OLDEST);
      await eventually(() => {
        expect(follower.texts).to.deep.equal(['a']);
      });
      await world.close();
      await follower.done;
    });

    it('holds no file open and no timer while nothing comes', async () => {
      const open = (): number => readdirSync('/proc/self/fd').length;
      await world.open();
      world.write(1, 'a\n');
      const before = open();
      const many = Array.from({ length: 50 }, () => follow(OLDEST));
      await eventually(() => {
        expect(many.every(({ texts }) => texts.length === 1)).to.equal(true);
        expect(open()).to.equal(before);
      });
      for (const one of many) await one.stop();
      expect(open()).to.equal(before);
    });

    it('sees each of 100,000 lines once while they are written at full speed, over sweeps and three launches', async () => {
      await world.open();
      world.bound = { ...AMPLE, maxBytes: 512 * 1024, keep: 2 };
      const follower = follow(OLDEST, ['stdout']);
      const writing = { isOver: false };
      const sweeps = (async () => {
        let count = 0;
        while (!writing.isOver) {
          await world.logs.sweep();
          await new Promise((resolve) => setImmediate(resolve));
          count += 1;
        }
        return count;
      })();
      await world.count(1, 1, 34_000);
      await world.count(2, 34_001, 67_000);
      await world.count(3, 67_001, 100_000);
      await eventually(() => {
        expect(follower.items.length).to.be.at.least(100_000);
      }, 10_000);
      writing.isOver = true;
      expect(await sweeps).to.be.greaterThan(5);
      expect(follower.texts).to.deep.equal(numbers(1, 100_000));
      await follower.stop();
      await world.logs.sweep();
      expect(existsSync(world.file(1))).to.equal(false);
      expect(world.diskUse()).to.be.lessThan(512 * 1024 + 4 * 4096);
      expect(world.log.records).to.deep.equal([]);
    });

    it('goes on where it was after each of many ends, of the reader and of the host', async () => {
      await world.open();
      const seen: string[] = [];
      const written = world.count(1, 1, 60_000).then(() => world.count(2, 60_001, 100_000));
      let position = '0:0';
      for (let round = 0; seen.length < 100_000; round += 1) {
        const follower = follow(after(position, ['stdout']), ['stdout']);
        await eventually(() => {
          expect(follower.items.length).to.be.at.least(Math.min(5_000, 100_000 - seen.length));
        });
        await follower.stop();
        seen.push(...follower.texts);
        position = follower.position;
        if (round % 3 === 2) {
          await world.close();
          await world.open();
        }
      }
      await written;
      expect(seen).to.deep.equal(numbers(1, 100_000));
    });

    it('tells a reader who comes back too late that something is missing', async () => {
      await world.open();
      world.bound = { ...AMPLE, maxBytes: 64 * 1024, keep: 1 };
      await world.count(1, 1, 20_000);
      await world.logs.sweep();
      const late = await world.all(after('1:6', ['stdout']), ['stdout']);
      const [gap, first] = late;
      expect(gap).to.include({ type: 'gap', generation: 1, stream: 'stdout', from: 6 });
      expect(first).to.include({ type: 'line', offset: gap?.type === 'gap' ? gap.to : null });
      world.write(2, 'b\n');
      world.ended(2);
      await world.logs.sweep();
      const later = await world.all(after('1:6', ['stdout']), ['stdout']);
      expect(later.map((item) => (item.type === 'gap' ? item.to : item.text))).to.deep.equal([null, 'b']);
      const follower = follow(after('1:6', ['stdout']), ['stdout']);
      await eventually(() => {
        expect(follower.texts).to.deep.equal(['GAP', 'b']);
      });
    });
  });

  for (const way of ['holes', 'truncation'] as const) {
    describe(`as it is kept bounded by ${way}`, () => {
      before(function () {
        if (way === 'holes' && bestShimKind() !== 'native') this.skip();
      });

      beforeEach(async () => {
        await world.open(way === 'holes' ? {} : { punchCommand: null });
        expect(world.logs.isLossless).to.equal(way === 'holes');
      });

      it('takes no more than its bound and a sweep under 20 MB, and keeps the newest lines whole', async () => {
        world.bound = { ...AMPLE, maxBytes: 256 * 1024, keep: 3 };
        let last = 0;
        const before = heldBytes();
        let grown = 0;
        for (let round = 0; round < 10; round += 1) {
          await world.count(1, last + 1, last + 160_000);
          last += 160_000;
          await world.logs.sweep();
          expect(world.diskUse()).to.be.lessThan(256 * 1024 + 4 * 4096);
          grown = Math.max(grown, heldBytes() - before);
        }
        const items = await world.all();
        const texts = items.map((item) => (item.type === 'line' ? item.text : 'GAP'));
        // A truncation may lose what is written meanwhile, which a sweep of its own does at any time; holes lose nothing.
        if (way === 'holes') expect(texts).to.deep.equal(numbers(last - texts.length + 1, last));
        else
          expect(texts.filter((text, at) => numberOf(text) <= numberOf(texts[at - 1] ?? 'line 0'))).to.deep.equal([]);
        expect(texts.length * 13).to.be.greaterThan(128 * 1024);
        const end = numbers(1, last).join('\n').length + 1;
        if (way === 'holes') expect(items.at(-1)?.position).to.equal(`1:${end},0`);
        // Of 20 MB that went by, what was read to find the ends of lines and no more.
        expect(grown).to.be.lessThan(HELD_AT_MOST);
      });

      it('keeps its offsets over a restart of the host', async () => {
        world.bound = { ...AMPLE, maxBytes: 64 * 1024, keep: 3 };
        await world.count(1, 1, 30_000);
        await world.logs.sweep();
        const before = await world.all();
        await world.close();
        await world.open(way === 'holes' ? {} : { punchCommand: null });
        expect(await world.all()).to.deep.equal(before);
        const position = before.at(-1)?.position ?? '';
        world.write(1, 'more\n');
        expect(await world.texts(after(position))).to.deep.equal(['more']);
        await world.count(1, 1, 30_000);
        await world.logs.sweep();
        expect((await world.texts()).at(-1)).to.equal('line 30000');
      });

      it('gives up launches beyond those to be kept, and never the newest', async () => {
        world.bound = { ...AMPLE, maxBytes: 1024 ** 2, keep: 2 };
        for (const generation of [1, 2, 3, 4]) world.write(generation, `of ${generation}\n`);
        world.ended(4);
        await world.logs.sweep();
        expect(await world.texts()).to.deep.equal(['of 3', 'of 4']);
        world.bound = { ...AMPLE, maxBytes: 64 * 1024, keep: 2 };
        await world.count(4, 1, 20_000);
        await world.logs.sweep();
        expect(existsSync(world.file(3))).to.equal(false);
        expect((await world.texts()).at(-1)).to.equal('line 20000');
        expect(readdirSync(world.folder).filter((name) => name.startsWith('3'))).to.deep.equal([]);
      });

      it('spares stderr when stdout is what fills the disk', async () => {
        world.bound = { ...AMPLE, maxBytes: 64 * 1024, keep: 2 };
        world.write(1, 'the reason\n', 'stderr');
        await world.count(1, 1, 20_000);
        await world.logs.sweep();
        expect(await world.texts(OLDEST, ['stderr'])).to.deep.equal(['the reason']);
      });
    });
  }

  it('is released by the next host when a host died between writing the head down and punching', async function () {
    if (bestShimKind() !== 'native') this.skip();
    await world.count(1, 1, 100_000);
    writeFileSync(`${world.file(1)}.head`, '{"head":600000,"base":0}\n');
    const before = world.diskUse();
    await world.open();
    await world.logs.sweep();
    expect(world.diskUse()).to.be.lessThan(before - 500_000);
  });

  it('is truncated by the next host when a host died between writing the new base down and truncating', async () => {
    world.write(1, 'old\nold\n');
    writeFileSync(`${world.file(1)}.kept`, 'old\nold\n');
    writeFileSync(`${world.file(1)}.head`, '{"head":0,"base":8,"truncating":8}\n');
    await world.open({ punchCommand: null });
    world.write(1, '');
    expect(await world.texts()).to.deep.equal(['old', 'old']);
    world.write(1, 'new\n');
    expect(await world.texts()).to.deep.equal(['old', 'old', 'new']);
  });

  it('goes on at new offsets when the service itself truncates its file', async () => {
    await world.open();
    world.write(1, 'a\nb\nc\n');
    const follower = follow(OLDEST, ['stdout']);
    await eventually(() => {
      expect(follower.texts).to.deep.equal(['a', 'b', 'c']);
    });
    truncateSync(world.file(1));
    world.write(1, 'd\n');
    await eventually(() => {
      expect(follower.texts).to.deep.equal(['a', 'b', 'c', 'd']);
    });
    expect(follower.position).to.equal('1:8');
    expect(await world.texts(after('1:6', ['stdout']), ['stdout'])).to.deep.equal(['d']);
  });

  it('is looked into by a sweep only after it has grown', async () => {
    const logs = await openServiceLogs({
      stateDir: world.stateDir,
      status: () => null,
      log: world.log,
      punchCommand: null,
    });
    const file = (generation: number): string => join(world.stateDir, 'logs', SERVICE, `${generation}.stdout`);
    mkdirSync(join(world.stateDir, 'logs', SERVICE), { recursive: true });
    for (const generation of [8, 9]) writeFileSync(file(generation), 'x\n');
    logs.keepBounded(() => ({
      services: [{ serviceId: SERVICE, generation: 9, isLaunched: true, ...AMPLE, keep: 1 }],
      totalBytes: Infinity,
    }));
    await logs.sweep();

    writeFileSync(file(3), 'x\n'); // what a sweep deletes that looks at all launches
    await logs.sweep();
    expect(existsSync(file(3)), 'while nothing has grown').to.equal(true);

    appendFileSync(file(9), 'y\n');
    await logs.sweep();
    expect(existsSync(file(3)), 'after the newest has grown').to.equal(false);
    await logs.close();
  });

  it('outlives its service by seven days', async () => {
    const root = join(world.stateDir, 'logs');
    const old = (Date.now() - 8 * 24 * 3_600_000) / 1000;
    for (const name of ['gone', 'late', SERVICE]) {
      mkdirSync(join(root, name), { recursive: true });
      writeFileSync(join(root, name, '1.stdout'), 'x\n');
      if (name !== 'late') utimesSync(join(root, name, '1.stdout'), old, old);
      utimesSync(join(root, name), old, old);
    }
    await world.open();
    await world.logs.sweep();
    expect(readdirSync(root).sort()).to.deep.equal(['late', SERVICE]);
    expect(statSync(world.file(1)).size).to.equal(2);
  });
});
