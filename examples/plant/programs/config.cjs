'use strict';
const { readFileSync } = require('node:fs');
const { isAbsolute } = require('node:path');
const { StartError } = require('./start.cjs');

function configPath(args) {
  const at = args.indexOf('--config-name');
  const path = at === -1 ? undefined : args[at + 1];
  if (path === undefined) throw new StartError('it requires --config-name <absolute path of a YAML file>.');
  if (!isAbsolute(path)) throw new StartError(`--config-name "${path}" is not an absolute path.`);
  return path;
}

function linesOf(path) {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch (error) {
    throw new StartError(`the configuration ${path} cannot be read (${error.code}).`);
  }
}

/** A value without its quotes, or without the comment behind it. */
function valueOf(text) {
  const [, , quoted] = /^(["'])(.*?)\1/.exec(text) ?? [];
  return quoted ?? text.replace(/(^|\s)#.*$/, '').trim();
}

/**
 * The lines `key: value` that are indented below `name:`; null if there is none. The files of this example contain no
 * other YAML in the sections of their programs, so these need no library and run wherever their folder is copied to.
 */
function entriesOf(lines, name, path) {
  const begin = lines.findIndex((line) => line.startsWith(`${name}:`));
  if (begin === -1) return null;
  if (valueOf(lines[begin].slice(name.length + 1).trim()) !== '') {
    throw new StartError(`${path}:${begin + 1}: write the keys of "${name}:" on lines of their own below it.`);
  }
  const entries = new Map();
  for (const [index, line] of lines.entries()) {
    if (index <= begin || /^\s*(#|$)/.test(line)) continue;
    if (/^\S/.test(line)) break;
    const [, key, value] = /^\s+(\w+):(?:\s+(.*))?$/.exec(line) ?? [];
    if (key === undefined) throw new StartError(`${path}:${index + 1}: write this line of "${name}:" as "key: value".`);
    entries.set(key, valueOf(value ?? ''));
  }
  return entries;
}

/** Checks a TCP port; 0 means any free one. `where` names the value in the error. */
function portOf(value, where) {
  const port = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw new StartError(`${where} must be a port from 0 to 65535, not ${JSON.stringify(value) ?? 'missing'}.`);
}

/** Checks an http URL and returns it without a trailing slash. */
function urlOf(value, where) {
  if (typeof value === 'string' && URL.canParse(value) && new URL(value).protocol === 'http:') {
    return value.replace(/\/$/, '');
  }
  throw new StartError(`${where} must be an http:// URL, not ${JSON.stringify(value) ?? 'missing'}.`);
}

/** The section `name` of the YAML file given with --config-name; its values are texts. */
function section(name) {
  const path = configPath(process.argv.slice(2));
  const entries = entriesOf(linesOf(path), name, path);
  if (entries !== null) return { path, value: Object.fromEntries(entries) };
  throw new StartError(`the configuration ${path} has no section "${name}:".`);
}

/** The entries of an environment variable of the form `name=url,name=url`. */
function urlsOf(variable) {
  const entries = (process.env[variable] ?? '').split(',').filter((entry) => entry !== '');
  return new Map(
    entries.map((entry) => {
      const [name, url] = entry.split(/=(.*)/s);
      return [name, urlOf(url, `${variable}, entry "${name}",`)];
    }),
  );
}

module.exports = { portOf, section, urlOf, urlsOf };
