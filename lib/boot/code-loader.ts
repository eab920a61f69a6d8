import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

interface Loaded {
  readonly script: Script;
  readonly module: { exports: unknown };
}

type Wrapper = (
  exports: unknown,
  require: (id: string) => unknown,
  importModule: (id: string) => Promise<unknown>,
  module: Loaded['module'],
  filename: string,
  folder: string,
) => void;

const CHECKSUM_BYTES = 4;
/** In the place of `import()`, which is experimental in a script of `node:vm`. */
const importModule = (id: string): Promise<unknown> => import(id);

/**
 * Loads the CommonJS files of a bundle, which are ASCII. If the code that V8 makes of a file was kept next to it (`FILE.code`), V8 does
 * not have to make it again. That is only a matter of time: code that is missing, damaged, or of another version of the
 * file, of Node or of its flags is not used.
 */
export class CodeLoader {
  readonly #loaded = new Map<string, Loaded>();

  /** What a file exports; it runs at the first call. Throws what it throws. */
  load(path: string): unknown {
    const known = this.#loaded.get(path);
    if (known !== undefined) return known.module.exports;
    const bytes = readFileSync(path);
    const source = bytes.toString('latin1');
    const cachedData = keptCode(path, bytes);
    const script = new Script(
      `(function (exports, require, importModule, module, __filename, __dirname) {${source}\n})`,
      {
        filename: path,
        ...(cachedData === null ? {} : { cachedData }),
      },
    );
    const module: Loaded['module'] = { exports: {} };
    this.#loaded.set(path, { script, module });
    const run = script.runInThisContext() as Wrapper; // by its text above
    run(module.exports, this.#requireOf(path), importModule, module, path, dirname(path));
    return module.exports;
  }

  /**
   * Keeps the code of all files that were loaded, with all functions that have run so far, for processes with the same
   * Node. Throws if a file cannot be written.
   */
  keep(): void {
    for (const [path, { script }] of this.#loaded) {
      const code = script.createCachedData();
      const temporary = `${path}.code.${process.pid}`;
      writeFileSync(temporary, Buffer.concat([checksumOf(readFileSync(path), code), code]));
      renameSync(temporary, `${path}.code`);
    }
  }

  /** Files of the bundle are loaded here, everything else by Node. */
  #requireOf(path: string): (id: string) => unknown {
    const outside = createRequire(path);
    return (id) => (id.startsWith('./') ? this.load(join(dirname(path), id)) : (outside(id) as unknown)); // untyped
  }
}

/** Null: there is none that fits. Whatever is wrong with it, the file itself can be loaded. */
function keptCode(path: string, source: Buffer): Buffer | null {
  try {
    const kept = readFileSync(`${path}.code`);
    const code = kept.subarray(CHECKSUM_BYTES);
    return checksumOf(source, code).equals(kept.subarray(0, CHECKSUM_BYTES)) ? code : null;
  } catch {
    return null;
  }
}

/** V8 itself compares the length of the source, but neither its content nor that of the code. */
function checksumOf(source: Buffer, code: Buffer): Buffer {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32LE(crc32(code, crc32(source)));
  return checksum;
}
