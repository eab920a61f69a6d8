'use strict';
const { readFileSync } = require('node:fs');
const { isAbsolute } = require('node:path');
const { parse } = require('yaml');
const { StartError } = require('./start.cjs');

function configPath(args) {
  const at = args.indexOf('--config-name');
  const path = at === -1 ? undefined : args[at + 1];
  if (path === undefined) throw new StartError('it requires --config-name <absolute path of a YAML file>.');
  if (!isAbsolute(path)) throw new StartError(`--config-name "${path}" is not an absolute path.`);
  return path;
}

function parsed(path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new StartError(`the configuration ${path} cannot be read (${error.code}).`);
  }
  try {
    return parse(text);
  } catch (error) {
    throw new StartError(`the configuration ${path} is not YAML: ${error.message.split('\n', 1)[0]}`);
  }
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

/** The section `name` of the YAML file given with --config-name. */
function section(name) {
  const path = configPath(process.argv.slice(2));
  const value = parsed(path)?.[name];
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { path, value };
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
