import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHost } from './host.js';

/** Creates a program that only waits. */
function makeWaitingProgram(path) {
  writeFileSync(path, '#!/bin/sh\nexec sleep 100000\n');
  chmodSync(path, 0o755);
}

/**
 * A base path below `folder` with one executable, `corebench`, created by `makeProgram`, and this configuration; also,
 * as `config`, the empty file of an agent.
 */
export function makePlant(folder, configuration, makeProgram = makeWaitingProgram) {
  const basePath = join(folder, 'base');
  mkdirSync(basePath);
  const program = join(basePath, 'corebench-1.0.0');
  makeProgram(program);
  // The host reads YAML, and JSON is YAML.
  writeFileSync(join(basePath, 'coredinator.yaml'), `${JSON.stringify(configuration, null, 2)}\n`);
  const config = join(folder, 'bench.yaml');
  writeFileSync(config, '{}\n');
  return { basePath, config, program };
}

/** A configuration with a host service for each of these ids; `kind` is common to all of them. */
export function hostServices(ids, kind = {}) {
  return {
    kinds: { corebench: { executable: 'corebench', ...kind } },
    services: Object.fromEntries(ids.map((id) => [id, { kind: 'corebench' }])),
  };
}

/** A configuration whose agents have one service each; `kind` is common to all of them. */
export function agentsOfOne(kind = {}) {
  return {
    kinds: { corebench: { executable: 'corebench', ...kind } },
    agent_types: { default: { services: ['corebench'] } },
  };
}

/** Calls `run` with a new folder, which is removed afterwards. */
export async function inFolder(run) {
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-bench-'));
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Calls `run` with a host on a new plant with this configuration; the host and its services end with it. `options` are
 * those of startHost.
 */
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
