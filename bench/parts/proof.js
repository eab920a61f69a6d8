import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_LIMITS } from '../../lib/model/values/limits.ts';
import { AS_HOST } from '../../lib/model/values/run-as.ts';
import { createLocalProcessHost } from '../../lib/process/local-process-host.ts';
import { memoryLedger } from '../../spec/support/store/memory-ledger.ts';
import { measured } from './measured.js';

const STOP = { signal: 'SIGTERM', graceMs: 5_000 };
const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };

function hostIn(folder, ledger) {
  return createLocalProcessHost({
    stateDir: join(folder, 'state'),
    basePath: folder,
    instanceId: 'bench',
    hostUrl: () => 'http://127.0.0.1:1',
    clock: { now: Date.now, random: Math.random },
    ledger,
    log,
  });
}

/** Launches a process for each id and leaves them alone. `known` is what {@link survey} gets; `end` ends them all. */
export async function liveProcesses(ids) {
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-bench-'));
  mkdirSync(join(folder, 'state'));
  const program = join(folder, 'sleeper');
  writeFileSync(program, '#!/bin/sh\nexec sleep 100000\n');
  chmodSync(program, 0o755);
  const ledger = memoryLedger();
  const host = await hostIn(folder, ledger);
  await host.survey();
  const outcomes = await Promise.all(ids.map((id) => host.launch(requestFor(id, program))));
  await host.close();
  const end = async () => {
    const last = await hostIn(folder, ledger);
    await last.survey();
    await Promise.all(ids.map((id) => last.stop(id, STOP)));
    await last.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const refused = outcomes.find(({ type }) => type !== 'launched');
  if (refused === undefined) return { known: { folder, entries: [...ledger.entries.values()] }, end };
  await end();
  throw new Error(`A process could not be launched: ${refused.failure.message}`);
}

function requestFor(serviceId, executablePath) {
  const plain = { agentId: null, version: null, args: [], env: {}, cwd: null, limits: NO_LIMITS, output: 'separate' };
  const more = { configPath: null, pod: null, ports: [], ...AS_HOST };
  return { serviceId, generation: 1, executablePath, stop: STOP, maxLogBytes: 10_485_760, ...plain, ...more };
}

/** The proof for each of those processes that it is the one of its launch: by /proc, its pipe, its claim and its records. */
export async function survey(ids, { folder, entries }) {
  const ledger = memoryLedger();
  for (const entry of entries) ledger.put(entry);
  const host = await hostIn(folder, ledger);
  let alive = 0;
  const figures = await measured(ids, async () => {
    alive = [...(await host.survey()).values()].filter(({ status }) => status === 'alive').length;
  });
  await host.close();
  if (alive !== ids.length) throw new Error(`${alive} of ${ids.length} processes were found.`);
  return figures;
}
