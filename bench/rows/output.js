import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { written } from '../stage/bursts.js';
import { LIMIT } from '../report/figures.js';
import { onStages, rotated } from './rounds.js';

/** Bytes in one write of the service; 0: a write for each line of 100 bytes. */
const CHUNKS = [4_096, 0];
const MIB = 1_024 * 1_024;
const MIB_OF = { 4_096: 128, 0: 32 };

const rowOf = (chunk) => `output-${chunk}`;
const rate = (bytes, ns) => bytes / 1e6 / (ns / 1e9);

const titles = [
  { id: rowOf(4_096), title: 'output of one service, writes of 4 KiB', unit: 'MB/s', better: 'more' },
  { id: rowOf(0), title: 'output of one service, one write a line of 100 bytes', unit: 'MB/s', better: 'more' },
];

const argsOf = (chunk, result) => ['burst', String(MIB_OF[chunk] * MIB), String(chunk), result];

/** The writer on a plain file. */
async function intoFile({ programs, folder }, chunk, round) {
  const result = join(folder, `plain-${chunk}-${round}`);
  const fd = openSync(join(folder, 'plain'), 'w');
  const child = spawn(programs.corelog, argsOf(chunk, result), { stdio: ['ignore', fd, 'inherit'] });
  closeSync(fd);
  await once(child, 'exit');
  return rate(MIB_OF[chunk] * MIB, (await written(result)).took);
}

/** A service writes lines as fast as it can; MB/s as it sees it. */
export const output = {
  id: 'output',
  titles: () => titles,
  async measure(context) {
    const resultOf = (peerFolder, chunk) => join(peerFolder, `result-${chunk}`);
    const services = CHUNKS.map((chunk) => ({
      name: `burst${chunk}`,
      args: (folder) => argsOf(chunk, resultOf(folder, chunk)),
    }));
    await onStages(context, { services }, async (stages) => {
      const bare = context.hasLimits ? await context.run.openStage(null) : null;
      try {
        for (let round = 0; round < context.rounds; round += 1) {
          for (const chunk of CHUNKS) {
            for (const { peer, folder, session } of rotated(stages, round)) {
              context.progress(`output, round ${round + 1} of ${context.rounds}: ${peer.name}`);
              await session.start(`burst${chunk}`);
              const { took } = await written(resultOf(folder, chunk));
              context.figures.note(rowOf(chunk), peer.name, context.round + round, rate(MIB_OF[chunk] * MIB, took));
            }
            if (bare !== null)
              context.figures.note(rowOf(chunk), LIMIT, context.round + round, await intoFile(bare, chunk, round));
          }
        }
      } finally {
        await bare?.close();
      }
    });
  },
};
