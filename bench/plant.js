import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHost } from './host.js';

/** Makes a program that only waits. */
function makeWaitingProgram(path) {
  writeFileSync(path, '#!/bin/sh\nexec sleep 100000\n');
  chmodSync(path, 0o755);
}

/**
 * A base path below `folder` with one executable, `corebench`, which `makeProgram` makes, and this configuration; beside it, as
 * `config`, the empty file of an agent.
 */
export function makePlant(folder, configuration, makeProgram = makeWaitingProgram) {
  const basePath = join(folder, 'base');
  mkdirSync(basePath);
  const program = join(basePath, 'corebench-1.0.0');
  makeProgram(program);
  // JSON is YAML, and the host reads the latter.
  writeFileSync(join(basePath, 'coredinator.yaml'), `${JSON.stringify(configuration, null, 2)}\n`);
  const config = join(folder, 'bench.yaml');
  writeFileSync(config, '{}\n');
  return { basePath, config, program };
}

/** A configuration with a host service of each of these ids; `kind` holds what is to be said of them all. */
export function hostServices(ids, kind = {}) {
  return {
    kinds: { corebench: { executable: 'corebench', ...kind } },
    services: Object.fromEntries(ids.map((id) => [id, { kind: 'corebench' }])),
  };
}

/** A configuration whose agents have one service each; `kind` holds what is to be said of them all. */
export function agentsOfOne(kind = {}) {
  return {
    kinds: { corebench: { executable: 'corebench', ...kind } },
    agent_types: { default: { services: ['corebench'] } },
  };
}

/** Gives `run` a new folder, which is gone when it has ended. */
export async function inFolder(run) {
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-bench-'));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Gives `run` a host over a new plant with this configuration; the host and its services end with it. `options` are those of startHost. */
export function onPlant(configuration, options, run) {
  return inFolder(async (folder) => {
    const plant = makePlant(folder, configuration);
    const host = await startHost(plant.basePath, options);
    try {
      return await run(host, plant);
    } finally {
      await host.stop();
    }
  });
}
