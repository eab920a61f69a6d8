/**
 * Bundles lib/main.ts and the thread of the search into dist/, as a step of a build. Loading 880 modules took half of
 * the time from the start of a host until it was ready; the files of a bundle take a third of that. What a host loads is a
 * bundle of its own in dist/host/, in CommonJS, because V8 can keep the code that it makes of that (scripts/keep-code.js).
 *
 * The code stays readable and keeps its names, so that a stack trace says where it comes from without a source map.
 * Packages that are native, whose files are loaded by a thread of their own, or that only some users install, stay outside.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';

const root = join(import.meta.dirname, '../..');
const lib = join(root, 'lib');
const dist = join(root, 'dist');

const OUTSIDE = ['sqlite3', 'pino', 'pino-pretty', 'pino-roll', 'react-devtools-core', '@kubernetes/client-node'];
/** The terminal interface; each of these packages has a second variant of itself for its own development. */
const INTERFACE = /node_modules[\\/](ink|react|react-reconciler|scheduler)[\\/]/;
const PLACE = /"PLACE_OF:([^"]+)"/g;
const LICENSE = /^(licen[cs]e|notice|copying)(\W|$)/i;

const unix = (path) => path.split(sep).join('/');

/**
 * Modules find files of the package by `import.meta.url`. In the bundle it stays what it would be if each module had a
 * file of its own in dist/. Where a module ends up is known only when the chunks are rendered.
 */
const places = {
  name: 'places',
  transform(code, id) {
    if (!id.startsWith(lib + sep) || id === join(lib, 'main.ts')) return null;
    return code.replaceAll('import.meta.url', `"PLACE_OF:${unix(relative(lib, id)).replace(/\.ts$/, '.js')}"`);
  },
  renderChunk(code, { fileName }, { format }) {
    const here = format === 'es' ? 'import.meta.url' : 'require("node:url").pathToFileURL(__filename)';
    return code.replaceAll(PLACE, (_, place) => {
      const path = posix.relative(posix.dirname(fileName), place);
      return `new URL(${JSON.stringify(path.startsWith('.') ? path : `./${path}`)}, ${here}).href`;
    });
  },
};

/** In the program, a host is loaded from its own bundle. */
const hostApart = {
  name: 'host-apart',
  resolveId(id, importer) {
    return importer === join(lib, 'main.ts') && id === './cli/serve/serve.ts' ? join(lib, 'boot/built-serve.ts') : null;
  },
};

/** Files of the bundle of a host get modules by what their loader gives them (lib/boot/). */
const importsByLoader = {
  name: 'imports-by-loader',
  renderChunk(code) {
    return OUTSIDE.reduce((text, name) => text.replaceAll(`import("${name}")`, `importModule("${name}")`), code);
  },
};

/** A character beyond ASCII makes V8 keep the whole text with two bytes for each character. */
const ascii = {
  name: 'ascii',
  renderChunk(code) {
    return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  },
};

/** Leaves out the variants for development. */
const finished = {
  name: 'finished',
  transform(code, id) {
    if (!INTERFACE.test(id)) return null;
    return code.replaceAll('process.env.NODE_ENV', '"production"').replaceAll("process.env['DEV']", 'undefined');
  },
};

/** The folder of the package that a module belongs to; null: of this one. */
function packageOf(id) {
  const from = id.lastIndexOf(`${sep}node_modules${sep}`);
  if (from === -1) return null;
  const [scope, name] = id.slice(from + `${sep}node_modules${sep}`.length).split(sep);
  return join(id.slice(0, from), 'node_modules', scope, scope.startsWith('@') ? name : '');
}

/** The licenses of the packages, as one text. */
function licensesOf(folders) {
  const parts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const files = readdirSync(folder).filter((file) => LICENSE.test(file));
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
    return [`${name} ${version} (${license})`, ...texts].join('\n\n');
  });
  return `The bundled packages and their licenses.\n\n${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** Bundles; returns the folders of the packages that are inside. */
async function write(input, plugins, output) {
  const bundle = await rolldown({
    input,
    platform: 'node',
    checks: { eval: false }, // depd names its wrappers with it
    external: OUTSIDE,
    plugins: [...plugins, places, finished, ascii],
  });
  const written = await bundle.write({ dir: dist, ...output });
  await bundle.close();
  const modules = written.output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
  return modules.map((id) => packageOf(id)).filter((folder) => folder !== null);
}

const entries = ['main', 'boot/built-serve', 'logs/search/search-thread'];
const inProgram = await write(Object.fromEntries(entries.map((name) => [name, join(lib, `${name}.ts`)])), [hostApart], {
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name].js',
});
const inHost = await write({ serve: join(lib, 'cli/serve/serve.ts') }, [importsByLoader], {
  format: 'cjs',
  entryFileNames: 'host/[name].cjs',
  chunkFileNames: 'host/[name].cjs',
});
writeFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), licensesOf(new Set([...inProgram, ...inHost])));
