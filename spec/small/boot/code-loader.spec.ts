import { expect } from 'chai';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { CodeLoader } from '../../../lib/boot/code-loader.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const ANSWER = 'exports.answer = () => "one";\n';
/** As long as the other, which is all that V8 compares. */
const OTHER = 'exports.answer = () => "two";\n';

interface Answering {
  readonly answer: () => unknown;
}

describe('the loader of a bundle', () => {
  let folder: string;

  beforeEach(() => {
    folder = temporaryFolder();
  });

  function write(name: string, content: string | Buffer): string {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  }

  /** What another process would get. */
  const load = (path: string): Answering => new CodeLoader().load(path) as Answering;

  function keep(path: string): void {
    const loader = new CodeLoader();
    (loader.load(path) as Answering).answer();
    loader.keep();
  }

  it('runs each file once, and loads what it requires: files next to it, and packages', () => {
    write('count.cjs', 'globalThis.runsOfTheSpec = (globalThis.runsOfTheSpec ?? 0) + 1; exports.name = __filename;\n');
    const path = write(
      'main.cjs',
      "const { name } = require('./count.cjs'); require('./count.cjs');\n" +
        "exports.answer = () => [require('node:path').basename(name), require('node:path').basename(__dirname)];\n",
    );
    const { answer } = load(path);
    expect(answer()).to.deep.equal(['count.cjs', folder.split('/').at(-1)]);
    expect((globalThis as { runsOfTheSpec?: number }).runsOfTheSpec).to.equal(1);
  });

  it('can import modules', async () => {
    const { answer } = load(write('main.cjs', "exports.answer = () => importModule('node:path');\n"));
    expect(await answer()).to.include({ join });
  });

  it('throws what a file throws', () => {
    const path = write('main.cjs', '\nthrow new Error("no");\n');
    expect(() => load(path))
      .to.throw('no')
      .with.property('stack')
      .that.includes(`${path}:2:7`);
  });

  it('uses the code that was kept next to a file', () => {
    const path = write('main.cjs', ANSWER);
    keep(path);
    expect(readdirSync(folder)).to.have.members(['main.cjs', 'main.cjs.code']);
    // The code of another text, with a checksum that claims that it is of this one: what it does shows that it ran.
    write('main.cjs', OTHER);
    const code = readFileSync(`${path}.code`).subarray(4);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(crc32(code, crc32(OTHER)));
    write('main.cjs.code', Buffer.concat([checksum, code]));
    expect(load(path).answer()).to.equal('one');
  });

  it('does not use the code of another version of the file', () => {
    const path = write('main.cjs', ANSWER);
    keep(path);
    write('main.cjs', OTHER);
    expect(load(path).answer()).to.equal('two');
  });

  it('does not use damaged code', () => {
    const path = write('main.cjs', ANSWER);
    keep(path);
    const kept = readFileSync(`${path}.code`);
    for (const damaged of [Buffer.alloc(0), kept.subarray(0, 100), Buffer.alloc(kept.length, 7)]) {
      write('main.cjs.code', damaged);
      expect(load(path).answer()).to.equal('one');
    }
    for (let at = 4; at < kept.length; at += 37) {
      const damaged = Buffer.from(kept);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 0xff, at);
      write('main.cjs.code', damaged);
      expect(load(path).answer()).to.equal('one');
    }
  });
});
