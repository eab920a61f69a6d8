import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { effort } from '../../support/effort.ts';

const ROUNDS = { kills: `${effort(7, 16)}`, all: `${effort(6, 8)}`, nodeShim: `${effort(3, 5)}` };
const MAIN = new URL('../../../chaos/main.js', import.meta.url).pathname;

/** Runs the chaos command to its end; what it prints says what was lost. */
function chaos(...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('close', (code) => {
      resolve({ code, output });
    });
  });
}

/** A figure of the table. */
function count(output: string, name: string): number {
  return Number(new RegExp(`^ +${name} +(\\d+)$`, 'm').exec(output)?.[1] ?? NaN);
}

/** The kinds of faults that need neither root nor a file system of their own. */
const KINDS = ['store', 'folders', 'records', 'shims', 'launcher', 'copies', 'clocks', 'second-hosts'];

describe('a host that is killed again and again', function () {
  this.timeout(150_000);

  it(`loses nothing in ${ROUNDS.kills} rounds with the native shim`, async () => {
    const { code, output } = await chaos('--rounds', ROUNDS.kills, '--seed', '2026');
    if (code !== 0) throw new Error(output); // the whole table, not what an assertion would show of it
    expect(output).to.contain('Nothing was lost.');
    expect(count(output, 'host kills'), output).to.be.greaterThan(5);
    expect(count(output, 'host kills during boot'), output).to.be.greaterThan(1);
    expect(count(output, 'generations'), output).to.be.greaterThan(20);
    expect(count(output, 'adoptions'), output).to.be.greaterThan(5);
  });

  it(`loses nothing in ${ROUNDS.all} rounds of two hosts that are harmed in every other way too`, async () => {
    const { code, output } = await chaos('--rounds', ROUNDS.all, '--hosts', '2', '--faults', 'all', '--seed', '2028');
    if (code !== 0) throw new Error(output); // the whole table, not what an assertion would show of it
    expect(output).to.contain('Nothing was lost.');
    const faults = KINDS.map((kind) => count(output, kind)).filter((hits) => hits > 0);
    expect(faults.length, output).to.be.greaterThan(3);
    expect(count(output, 'last exits checked'), output).to.be.greaterThan(5);
    expect(count(output, 'guarantees checked, with a shim'), output).to.be.greaterThan(5);
  });

  it(`loses nothing in ${ROUNDS.nodeShim} rounds with the Node shim`, async () => {
    const { code, output } = await chaos('--rounds', ROUNDS.nodeShim, '--seed', '2027', '--shim', 'node');
    if (code !== 0) throw new Error(output); // the whole table, not what an assertion would show of it
    expect(output).to.contain('Nothing was lost.');
  });
});
