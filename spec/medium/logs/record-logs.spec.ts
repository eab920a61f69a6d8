import { expect } from 'chai';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LOG_STREAMS, parsePosition, type LogItem, type LogStart } from '../../../lib/model/values/log-line.ts';
import { eventually } from '../../support/eventually.ts';
import { Follower, SERVICE } from '../../support/process/logs-world.ts';
import { RecordWorld } from '../../support/process/record-world.ts';
import { isNativeShimBuilt } from '../../support/process/shim-driver.ts';

const OLDEST: LogStart = { type: 'oldest' };
const KIB = 1024;
const tail = (lines: number): LogStart => ({ type: 'tail', lines, since: null });
const count = (from: number, to: number): string => `exec seq -f 'line %.0f' ${from} ${to}`;

function after(position: string): LogStart {
  const parsed = parsePosition(position, LOG_STREAMS);
  if (parsed === null) throw new Error(`"${position}" is no position.`);
  return { type: 'after', position: parsed };
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`);
}

/** Without what depends on where a reader has started. */
function plain(items: readonly LogItem[]): unknown[] {
  return items.map((item) => ({ ...item, continues: undefined }));
}

describe('the output of a service in records', function () {
  this.timeout(30_000);
  let world: RecordWorld;
  const followers: Follower[] = [];

  function follow(start: LogStart): Follower {
    const follower = new Follower(world.logs, start);
    followers.push(follower);
    return follower;
  }

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  beforeEach(async () => {
    world = new RecordWorld();
    await world.open();
  });

  afterEach(async () => {
    for (const follower of followers.splice(0)) await follower.stop();
    await world.close();
  });

  describe('as it is read', () => {
    it('is that of all launches, in the order in which it was written, with times', async () => {
      const before = new Date().toISOString();
      await world.ranInTurn(9, ['echo a', 'echo oh >&2', 'echo b']);
      await world.ran(10, 'echo c');
      expect(await world.texts()).to.deep.equal(['a', 'oh', 'b', 'c']);
      expect(await world.texts(OLDEST, ['stderr'])).to.deep.equal(['oh']);
      const items = await world.all();
      expect(items[0]).to.include({ generation: 9, stream: 'stdout', offset: 0, partial: null, position: '9:42' });
      const times = items.map((item) => (item.type === 'line' ? String(item.at) : ''));
      const all = [before, ...times, new Date().toISOString()];
      expect(all).to.deep.equal([...all].sort());
    });

    it('goes on behind any line without a gap or a double line', async () => {
      await world.ranInTurn(1, ['echo a; printf "name: "', 'echo oh >&2', 'echo pump; echo; echo b']);
      await world.ran(3, 'echo c; head -c 100000 /dev/zero | tr "\\0" x; echo; printf end');
      for (const streams of [LOG_STREAMS, ['stdout'], ['stderr']] as const) {
        const whole = await world.all(OLDEST, streams);
        for (const [index, item] of whole.entries()) {
          const rest = await world.all(after(item.position), streams);
          expect(plain(rest), item.position).to.deep.equal(plain(whole.slice(index + 1)));
        }
      }
      expect(await world.texts(OLDEST, ['stdout'])).to.include('name: pump');
    });

    it('begins at the next record if a position is within one', async () => {
      await world.ran(1, 'echo a; echo b; echo c');
      for (const offset of [1, 41]) expect(await world.texts(after(`1:${offset}`))).to.deep.equal(['b', 'c']);
      expect(await world.texts(after('1:42'))).to.deep.equal(['b', 'c']);
      expect(await world.texts(after('1:43'))).to.deep.equal(['c']);
      expect(await world.texts(after('1:999999'))).to.deep.equal([]);
      expect(await world.texts(after('1:42,0'))).to.deep.equal(['a', 'b', 'c']); // of another form
    });

    it('ends with so many lines of each stream, over segments and launches', async () => {
      await world.ran(1, count(1, 20_000), 512 * KIB);
      await world.ran(2, 'echo x; echo y; echo oh >&2');
      expect(await world.texts(tail(1))).to.have.members(['y', 'oh']);
      expect(await world.texts(tail(4), ['stdout'])).to.deep.equal(['line 19999', 'line 20000', 'x', 'y']);
      for (const lines of [3, 1_000, 5_000]) {
        const texts = await world.texts(tail(lines + 2), ['stdout']);
        expect(texts.slice(0, -2)).to.deep.equal(numbers(20_001 - lines, 20_000));
      }
      expect(await world.texts(tail(0))).to.deep.equal([]);
      const kept = await world.texts(OLDEST, ['stdout']);
      expect(await world.texts(tail(1_000_000), ['stdout'])).to.deep.equal(kept);
    });

    it('counts an unfinished line as one, also that of a live launch', async () => {
      await world.run(1, 'echo a; printf "name: "; exec sleep 100');
      await eventually(async () => expect(await world.texts()).to.deep.equal(['a', 'name: ']));
      expect((await world.all(tail(1)))[0]).to.include({ text: 'name: ', partial: 'unfinished' });
      expect(await world.texts(tail(2))).to.deep.equal(['a', 'name: ']);
    });

    it('misses nothing of a line that grows behind the end of what is read', async () => {
      await world.ranInTurn(1, ['printf one', 'printf two', 'printf three']);
      const parts = 'one two three'.split(' ');
      const ends = [44, 88]; // 40 bytes of each record are before its text, and one is behind it
      for (const [index, end] of ends.entries()) {
        const before: LogStart = { type: 'before', position: { generation: 1, offsets: [end] }, lines: 1 };
        const [line] = await world.all(before);
        expect(line).to.include({ text: parts.slice(0, index + 1).join(''), position: `1:${end}` });
        expect(await world.texts(after(`1:${end}`))).to.deep.equal([parts.slice(index + 1).join('')]);
      }
    });

    it('is what was written since an instant, in each of many segments', async () => {
      const batches = Array.from({ length: 9 }, (_, index) => `seq -f 'line ${index}%04.0f' 1500`);
      await world.ranInTurn(1, batches, 1024 * KIB);
      await world.ran(2, 'echo last');
      expect(readdirSync(world.folder).length).to.be.greaterThan(5);
      const lines = (await world.all()).flatMap((item) => (item.type === 'line' ? [item] : []));
      const instants = [...new Set(lines.map(({ at }) => Date.parse(String(at).slice(0, 23) + 'Z')))];
      expect(instants.length).to.be.greaterThan(9);
      for (const since of [0, ...instants, Date.now() + 1]) {
        const wanted = lines.filter(({ at }) => String(at) >= new Date(since).toISOString().replace('Z', '000000Z'));
        const texts = await world.texts({ type: 'since', since });
        expect([texts.length, texts[0]], String(since)).to.deep.equal([wanted.length, wanted[0]?.text]);
        const both = await world.texts({ type: 'tail', lines: 2_000, since });
        expect(both).to.deep.equal(texts.slice(-2_000));
      }
    });

    it('tells what a bounded log has given up', async () => {
      await world.ran(1, count(1, 30_000), 512 * KIB);
      const [gap, ...rest] = await world.all(after('1:47'));
      const oldest = Number(/\.(\d{15})\.log/.exec(readdirSync(world.folder).sort()[0] ?? '')?.[1]);
      expect(gap).to.deep.equal({
        ...{ type: 'gap', generation: 1, stream: null, from: 47, to: oldest, position: `1:${oldest}` },
      });
      expect(rest[0]).to.include({ type: 'line', offset: oldest });
      expect((await world.texts()).at(-1)).to.equal('line 30000');
      expect(await world.texts()).to.not.include('GAP');
    });

    it('tells what the disk did not take, and believes no service that says so', async () => {
      const claim = '[coredinator] gap: 5 bytes of stdout and 0 of stderr could not be written';
      await world.ranInTurn(1, [`echo "${claim}" >&2`, 'echo b']);
      expect((await world.all())[0]).to.include({ type: 'line' });
      const gap = '{"offset":0,"stdout":5,"stderr":0}\n';
      writeFileSync(join(world.folder, '1.gaps'), `{"offset":0,"stdout":9,"stderr":9}\n${gap}{"offset":1`);
      const [item, next] = await world.all();
      expect(item).to.include({ type: 'gap', stream: 'stdout', unwritten: 5, from: 0 });
      expect(next).to.include({ text: 'b' });
      expect(await world.texts(after(item?.position ?? ''))).to.deep.equal(['b']);
      expect(await world.texts(OLDEST, ['stderr'])).to.deep.equal([]);
    });

    it('tells what is damaged, and leaves a torn record alone', async () => {
      await world.ran(1, 'echo a; echo b');
      const [name = ''] = readdirSync(world.folder);
      const file = join(world.folder, name);
      writeFileSync(file, readFileSync(file).fill('?', 0, 40));
      expect(await world.texts()).to.deep.equal(['GAP', 'b']);
      appendFileSync(file, '2026-11-27T10:00:00.123456789Z stdout F to');
      world.ended(1);
      expect(await world.texts()).to.deep.equal(['GAP', 'b']);
      expect(await world.texts(tail(1))).to.deep.equal(['b']);
    });

    it('may be plain files in older launches', async () => {
      world.write(1, 'plain\n');
      world.write(1, 'oh\n', 'stderr');
      await world.ran(2, 'echo records');
      expect(await world.texts()).to.deep.equal(['plain', 'oh', 'records']);
      expect(await world.texts(after('1:6,0'))).to.deep.equal(['oh', 'records']);
      expect(await world.texts(tail(2), ['stdout'])).to.deep.equal(['plain', 'records']);
    });
  });

  describe('as it is followed', () => {
    it('goes on with what comes, also in later launches', async () => {
      world.write(1, 'plain\n');
      const follower = follow(OLDEST);
      const wanted = ['plain'];
      const arrives = async (...texts: string[]): Promise<void> => {
        wanted.push(...texts);
        await eventually(() => expect(follower.texts).to.deep.equal(wanted));
      };
      await arrives();
      const order = await world.obeys(2);
      order('echo a');
      await arrives('a');
      order('echo oh >&2; printf "name: "');
      await arrives('oh', 'name: ');
      order('echo pump; printf "name: "');
      await arrives('pump', 'name: ');
      order('echo');
      await arrives('');
      expect(follower.items.at(-1)).to.include({ partial: null, continues: true });
      order('exit 3');
      await world.ran(3, 'printf b');
      // On a busy machine it is 200 ms until the end of its output: the line comes in two pieces then.
      await eventually(() => expect(follower.items.at(-1)).to.include({ generation: 3, partial: null }));
      expect(follower.wholeTexts.at(-1)).to.equal('b');
      expect(plain(await world.all(after(follower.position)))).to.deep.equal([]);
    });

    it('sees each of 100,000 lines once while segments are removed behind it', async () => {
      const follower = follow(OLDEST);
      for (const generation of [1, 2]) {
        const order = await world.obeys(generation, 512 * KIB);
        // At most half of what is kept is unread, so that what is removed was read, however busy the machine is.
        for (let batch = 10 * (generation - 1); batch < 10 * generation; batch += 1) {
          order(`seq -f 'line %.0f' ${batch * 5_000 + 1} ${(batch + 1) * 5_000}`);
          await eventually(() => expect(follower.wholeTexts.at(-1)).to.equal(`line ${(batch + 1) * 5_000}`), 10_000);
        }
      }
      expect(follower.wholeTexts).to.deep.equal(numbers(1, 100_000));
      expect(readdirSync(world.folder)).to.not.include('1.000000000000000.log');
    });

    it('sees each line once over 1,000 segments', async () => {
      const follower = follow(OLDEST);
      const order = await world.obeys(1, 512 * KIB);
      const text = 'x'.repeat(8_000);
      for (let line = 32; line <= 8_192; line += 32) {
        order(`for i in $(seq ${line - 31} ${line}); do echo "$i ${text}"; done`);
        await eventually(() => expect(follower.wholeTexts.at(-1)).to.equal(`${line} ${text}`), 10_000);
      }
      expect(follower.wholeTexts).to.deep.equal(Array.from({ length: 8_192 }, (_, index) => `${index + 1} ${text}`));
      const newest = Number(/\.(\d{15})\.log/.exec(readdirSync(world.folder).sort().at(-1) ?? '')?.[1]);
      expect(newest).to.be.greaterThan(1_000 * 64 * KIB);
    });

    it('comes at once, however long nothing came, and costs no timer and no descriptor', async () => {
      const order = await world.obeys(1);
      order('echo first');
      const many = Array.from({ length: 20 }, () => follow(OLDEST));
      await eventually(() => expect(many.every(({ texts }) => texts.length === 1)).to.equal(true));
      const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
      const open = (): number => readdirSync('/proc/self/fd').length;
      await pause(200); // for what is open while they read
      const before = { timers: timers(), open: open() };
      await pause(3_000); // a timer that slows down would have done so
      expect({ timers: timers(), open: open() }).to.deep.equal(before);
      const delays: number[] = [];
      for (let round = 2; round < 12; round += 1) {
        const since = performance.now();
        order('echo next');
        await eventually(() => expect(many.every(({ texts }) => texts.length === round)).to.equal(true), 5_000, 1);
        delays.push(performance.now() - since);
      }
      expect(delays.sort((a, b) => a - b)[5]).to.be.lessThan(50);
    });

    it('comes although its folder was put in the place of another', async () => {
      await world.ran(1, 'echo a');
      const follower = follow(OLDEST);
      await eventually(() => expect(follower.texts).to.deep.equal(['a']));
      renameSync(world.folder, `${world.folder}.old`); // its watcher sees nothing more of this name
      cpSync(`${world.folder}.old`, world.folder, { recursive: true });
      await world.ran(2, 'echo b');
      await eventually(() => expect(follower.texts).to.deep.equal(['a', 'b']));
    });

    it('is told a gap when its launch was deleted', async () => {
      await world.ran(1, 'echo a; echo b');
      await world.ran(2, 'echo c');
      world.bound = { ...world.bound, keep: 1 };
      world.ended(2);
      await world.logs.sweep();
      expect(await world.texts(after('1:42'))).to.deep.equal(['GAP', 'c']);
      expect((await world.all(after('1:42')))[0]).to.include({ stream: null, from: 42, to: null });
    });
  });

  it('is deleted with its launch, of which so many are kept, but not while it is read', async () => {
    for (const generation of [1, 2, 3]) await world.ran(generation, `echo ${generation}`);
    writeFileSync(join(world.folder, '1.gaps'), '');
    world.bound = { ...world.bound, keep: 2 };
    world.ended(3);
    const reading = world.logs.read({ serviceId: SERVICE, streams: LOG_STREAMS, start: OLDEST });
    const batches = reading[Symbol.asyncIterator]();
    await batches.next();
    await world.logs.sweep();
    expect(await world.texts()).to.deep.equal(['1', '2', '3']);
    await batches.return?.();
    await world.logs.sweep();
    expect(await world.texts()).to.deep.equal(['2', '3']);
    expect(readdirSync(world.folder).filter((name) => name.startsWith('1.'))).to.deep.equal([]);
  });

  describe('within its limits', () => {
    const stored = (): string[] => readdirSync(world.folder).sort();
    const names = (...generations: readonly number[]): string[] =>
      generations.map((generation) => `${generation}.${'0'.repeat(15)}.log`);

    beforeEach(async () => {
      for (const generation of [1, 2, 3, 4]) await world.ran(generation, 'seq 1000; sleep 0.02');
    });

    it('is that of so many launches that have ended, and of the live one', async () => {
      world.bound = { ...world.bound, keep: 1 };
      await world.logs.sweep();
      expect(stored()).to.deep.equal(names(3, 4));
      world.ended(4);
      await world.logs.sweep();
      expect(stored()).to.deep.equal(names(4));
    });

    it('is also that of the launches that are kept for their failure, as long as they are', async () => {
      world.ended(4);
      world.bound = { ...world.bound, keep: 1, kept: [2] };
      await world.logs.sweep();
      expect(stored()).to.deep.equal(names(2, 4));
      world.bound = { ...world.bound, kept: [] };
      await world.logs.sweep();
      expect(stored()).to.deep.equal(names(4));
    });

    it('loses the launches that ended first when all output together exceeds its limit, but never a live one', async () => {
      const other = join(world.stateDir, 'logs', 'forgotten');
      mkdirSync(other);
      for (const generation of [1, 2]) {
        copyFileSync(join(world.folder, names(1)[0] ?? ''), join(other, names(generation)[0] ?? ''));
        utimesSync(join(other, names(generation)[0] ?? ''), 1, 1);
      }
      const each = statSync(join(world.folder, names(1)[0] ?? '')).size;
      world.totalBytes = 5 * each;
      await world.logs.sweep();
      expect(readdirSync(other)).to.deep.equal(names(2));
      expect(stored()).to.deep.equal(names(1, 2, 3, 4));
      world.totalBytes = 4 * each - 1;
      await world.logs.sweep();
      expect(stored()).to.deep.equal(names(3, 4));
      world.totalBytes = 0;
      await world.logs.sweep();
      expect(stored()).to.deep.equal(names(4));
      world.ended(4);
      await world.logs.sweep();
      expect(stored()).to.deep.equal([]);
    });
  });
});
