import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../lib/config/spec-source.ts';
import { createSupervisorMachine } from '../../lib/actors/supervisor/machine.ts';
import { restore } from '../../lib/control/recovery/restore.ts';
import { ANY_INTENTION, intentionCells } from '../../lib/store/rows/intention-rows.ts';
import { measured, medianOf } from './measured.js';
import { storedStates } from './statecharts.js';

function inFolder(run) {
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-bench-'));
  return run(folder).finally(() => {
    rmSync(folder, { recursive: true, force: true });
  });
}

function configurationIn(folder) {
  return loadConfig({ basePath: folder, configFile: null, workingDirectory: folder, env: {} });
}

/** A configuration with a service for each id: read, checked and planned. */
export function configuration(ids) {
  return inFolder(async (folder) => {
    const lines = ids.map((id) => `  ${id}: { kind: corebench }\n`);
    const kind = '{ executable: corebench, settle: 0ms }';
    writeFileSync(join(folder, 'coredinator.yaml'), `kinds:\n  corebench: ${kind}\nservices:\n${lines.join('')}`);
    let specs = [];
    const figures = await measured(ids, async () => {
      specs = await (await configurationIn(folder)).specSource.hostServices();
    });
    if (specs.length !== ids.length) throw new Error(`${specs.length} of ${ids.length} services were planned.`);
    return figures;
  });
}

/** The file of a single agent of the default type: read, checked and planned. */
export function singlePlan(ids) {
  return inFolder(async (folder) => {
    const configPath = join(folder, 'agent.yaml');
    writeFileSync(configPath, '{}\n');
    const { specSource } = await configurationIn(folder);
    return medianOf(ids, async (agentId) => {
      const { services } = await specSource.planAgent({ configPath, agentId });
      if (services.length !== 2) throw new Error(`${services.length} services were planned.`);
    });
  });
}

/** The rows of intentions and of actors that run: parsed and checked, without the database. */
export async function rows(ids) {
  const { world, stored } = await storedStates(ids);
  const machine = createSupervisorMachine(world, world.clock);
  const { service, agent } = machine.implementations.actors;
  const actors = Object.values(stored.children).map(({ src, systemId, snapshot }) => ({
    ...{ path: systemId, id: systemId, parent: 'root', src, systemId, state: 'running' },
    version: service.version,
    snapshot: JSON.stringify({ ...snapshot, children: {} }),
  }));
  const intentions = Object.values(stored.children).map(({ systemId, snapshot }) => {
    const { spec } = snapshot.context;
    return intentionCells({ subject: systemId, intended: 'running', holder: 'host', spec, atLeast: 0 });
  });
  return measured(ids, () => {
    const read = intentions.filter((cells) => ANY_INTENTION.safeParse(cells).success).length;
    const { snapshot, rejected } = restore(actors, { root: machine, service, agent });
    const restored = Object.keys(snapshot.children).length;
    if (read !== ids.length || restored !== ids.length || rejected.length > 0)
      throw new Error(`${read} intentions and ${restored} states of ${ids.length} can be used: ${rejected[0]?.reason}`);
  });
}
