import { expect } from 'chai';
import type { Identity } from '../../../lib/process/os/process-identity.ts';
import { ProcessSnapshot, type TableEntry } from '../../../lib/process/os/process-table.ts';

const LAUNCH = 'a'.repeat(32);
const SHIM = { pid: 10, start: '100' };
const MAIN = { pid: 20, start: '200' };
const TREE = { launchId: LAUNCH, main: MAIN, shim: SHIM, isShimShell: false };

function entry(pid: number, overrides: Partial<TableEntry> = {}): TableEntry {
  return { pid, parent: 1, group: pid, session: pid, start: String(pid * 10), isDead: false, tag: null, ...overrides };
}

function membersOf(entries: readonly TableEntry[], tree = TREE, proven: readonly Identity[] = []): number[] {
  const members = new ProcessSnapshot(entries).membersOf(tree, proven);
  return members.map(({ pid }) => pid).sort((a, b) => a - b);
}

describe('the members of a tree in the process table', () => {
  it('are the descendants of its shim, but not the shim', () => {
    const entries = [entry(10), entry(20, { parent: 10 }), entry(30, { parent: 20 }), entry(40, { parent: 30 })];
    expect(membersOf(entries)).to.deep.equal([20, 30, 40]);
  });

  it('are the group and the session of its main process', () => {
    const entries = [entry(20), entry(30, { group: 20, session: 99 }), entry(40, { session: 20 }), entry(50)];
    expect(membersOf(entries)).to.deep.equal([20, 30, 40]);
  });

  it('are not the group and session of a dead main process, whose pid an innocent leader may have had since', () => {
    expect(membersOf([entry(30, { group: 20, session: 20 })])).to.be.empty;
  });

  it('stay those that an earlier reading has proven, with what they have started since', () => {
    const entries = [entry(30, { group: 20, session: 20 }), entry(40, { parent: 30 }), entry(50, { group: 20 })];
    expect(membersOf(entries, TREE, [{ pid: 30, start: '300' }])).to.deep.equal([30, 40]);
  });

  it('are not a process that was given the pid of one that was proven', () => {
    expect(membersOf([entry(30, { group: 20 })], TREE, [{ pid: 30, start: '7' }])).to.be.empty;
  });

  it('are its main process and the children of it, whoever leads its group', () => {
    expect(membersOf([entry(20, { group: 5, session: 5 }), entry(30, { parent: 20, group: 5 })])).to.deep.equal([
      20, 30,
    ]);
  });

  it('are not the group of another process with the pid of its main process', () => {
    expect(membersOf([entry(20, { start: '999' }), entry(30, { group: 20, session: 20 })])).to.be.empty;
  });

  it('are not the children of another process with the pid of its shim', () => {
    expect(membersOf([entry(10, { start: '999' }), entry(30, { parent: 10 })])).to.be.empty;
  });

  it('are the processes with its tag, and their descendants', () => {
    const entries = [entry(30, { tag: LAUNCH }), entry(40, { parent: 30 }), entry(50, { tag: 'b'.repeat(32) })];
    expect(membersOf(entries)).to.deep.equal([30, 40]);
  });

  it('do not include the host, even if it has the tag', () => {
    const entries = [entry(process.pid, { tag: LAUNCH }), entry(30, { parent: process.pid })];
    expect(membersOf(entries)).to.be.empty;
  });

  it('do not include a shim with the tag', () => {
    expect(membersOf([entry(10, { tag: LAUNCH }), entry(20, { parent: 10 })])).to.deep.equal([20]);
  });

  it('do not include the tools with which a shell shim writes the exit record', () => {
    const shell = { ...TREE, isShimShell: true };
    const tools = [entry(30, { parent: 10, tag: LAUNCH }), entry(40, { parent: 30, tag: LAUNCH })];
    const entries = [entry(10, { tag: LAUNCH }), ...tools, entry(50, { tag: LAUNCH })];
    expect(membersOf(entries, shell)).to.deep.equal([50]);
    expect(membersOf([entry(20, { parent: 10 }), ...entries], shell)).to.deep.equal([20, 50]);
  });

  it('include what a shell shim started before its main process is known, and what it leaves behind', () => {
    const shell = { ...TREE, isShimShell: true };
    const tool = entry(30, { parent: 10, tag: LAUNCH });
    const unknown = new ProcessSnapshot([entry(10), tool]).membersOf({ ...shell, main: null });
    expect(unknown.map(({ pid }) => pid)).to.deep.equal([30]);
    expect(membersOf([tool], shell)).to.deep.equal([30]);
  });

  it('have their own start times', () => {
    const members = new ProcessSnapshot([entry(30, { tag: LAUNCH, start: '77' })]).membersOf(TREE);
    expect(members).to.deep.equal([{ pid: 30, start: '77' }]);
  });
});
