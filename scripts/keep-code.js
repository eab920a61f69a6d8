/**
 * Keeps the code that V8 makes of the bundle of a host next to it (dist/host/*.code), which saves a quarter of the
 * processor time of each later start. It is a step of a build, and of an installation (postinstall), because the code only
 * fits the Node that made it. Runs a host in a temporary folder, and in it a service, so that the code of a launch and of a stop is
 * kept too. Never fails: without the code, starts are slower.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const dist = join(import.meta.dirname, '../dist');
const LIMIT_MS = 20_000;
const CONFIGURATION =
  'kinds: { sleeper: { executable: sleeper } }\nservices: { sleeper: { kind: sleeper, autostart: false } }\n';
/** It ends by itself, so that nothing is left behind whatever happens. */
const PROGRAM = '#!/bin/sh\nexec sleep 5\n';

/** Ends this process, and with it the host. */
function end(folder, error) {
  rmSync(folder, { recursive: true, force: true });
  if (error !== undefined)
    console.log(
      `coredinator: each start of a host will take longer, because its code was not kept: ${error.message.split('\n')[0]}`,
    );
  process.exit(0);
}

async function use(url) {
  const ask = async (method, path) => (await fetch(new URL(path, url), { method })).text();
  for (const path of ['/api/health', '/api/services', '/api/agent-views', '/metrics']) await ask('GET', path);
  for (const command of ['start?wait=running', 'restart?wait=running', 'stop?wait=stopped'])
    await ask('POST', `/api/services/sleeper/${command}&timeout=5s`);
}

if (existsSync(join(dist, 'boot/built-serve.js'))) {
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-keep-code-'));
  setTimeout(() => end(folder, new Error('the host did not start in time')), LIMIT_MS);
  try {
    writeFileSync(join(folder, 'coredinator.yaml'), CONFIGURATION);
    writeFileSync(join(folder, 'sleeper-1.0.0'), PROGRAM, { mode: 0o755 });
    const { run } = await import('../dist/main.js');
    const { keepCode } = await import('../dist/boot/built-serve.js');
    const options = ['--base-path', folder, '--port', '0', '--log-level', 'error'];
    const { url, exited } = await run(options, { PATH: process.env.PATH });
    if (url === null) throw new Error(`the host ended with exit code ${await exited}`);
    await use(url);
    keepCode();
    end(folder);
  } catch (error) {
    end(folder, error);
  }
}
