import { expect } from 'chai';
import { cpSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instanceAt, type StateIdentity } from '../../../lib/store/state-identity.ts';
import { identified } from '../../support/process/identified.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const OLD_ID = '12345678-1234-1234-1234-123456789abc';

describe('the identity of a state directory', () => {
  let root: string;
  let stateDir: string;

  beforeEach(() => {
    root = temporaryFolder();
    stateDir = join(root, 'state');
    mkdirSync(stateDir);
  });

  function identify(path = stateDir, bootId = 'boot-1'): Promise<StateIdentity> {
    return identified(path, { bootId, now: 0 });
  }

  it('is new the first time and the same from then on', async () => {
    const first = await identify();
    expect(first).to.deep.include({ relation: 'new', original: null });
    writeFileSync(join(stateDir, 'coredinator.db'), 'rows');
    expect(await identify()).to.deep.equal({ ...first, relation: 'same' });
    expect(instanceAt(stateDir)).to.equal(first.instanceId);
    expect(readFileSync(join(stateDir, 'instance-id'), 'utf8').trim(), 'as 0.1.0 reads it').to.equal(first.instanceId);
  });

  it('is the same after a reboot', async () => {
    const { instanceId } = await identify();
    expect(await identify(stateDir, 'boot-2')).to.deep.include({ instanceId, relation: 'same' });
  });

  it('is the same after a move', async () => {
    const { instanceId } = await identify();
    const moved = join(root, 'moved');
    renameSync(stateDir, moved);
    expect(await identify(moved)).to.deep.include({ instanceId, relation: 'same' });
  });

  it('is that of 0.1.0, which recorded an id and no more', async () => {
    writeFileSync(join(stateDir, 'instance-id'), `${OLD_ID}\n`);
    expect(await identify()).to.deep.include({ instanceId: OLD_ID, relation: 'same' });
  });

  it('is another one when only 0.1.0 has used it, and its processes write to another directory of that id', async () => {
    const copy = join(root, 'copy');
    writeFileSync(join(stateDir, 'instance-id'), `${OLD_ID}\n`);
    cpSync(stateDir, copy, { recursive: true });
    const homes = [join(root, 'deleted'), stateDir];
    const homesOf = (id: string): readonly string[] => (id === OLD_ID ? homes : []);
    const found = await identified(copy, { bootId: 'boot-1', now: 0, homesOf });
    expect(found.relation).to.equal('copy');
    expect(found.instanceId).not.to.equal(OLD_ID);
    expect(found.original).to.deep.equal({ instanceId: OLD_ID, stateDir, backedUpAt: null });
    const original = await identified(stateDir, { bootId: 'boot-1', now: 0, homesOf });
    expect(original).to.deep.include({ instanceId: OLD_ID, relation: 'same' });
  });

  it('is that of 0.1.0 also after a move, and where the directory of its processes is gone', async () => {
    writeFileSync(join(stateDir, 'instance-id'), `${OLD_ID}\n`);
    const moved = join(root, 'moved');
    renameSync(stateDir, moved);
    const homesOf = (): readonly string[] => [stateDir, moved];
    expect(await identified(moved, { bootId: 'boot-1', now: 0, homesOf })).to.deep.include({
      instanceId: OLD_ID,
      relation: 'same',
    });
  });

  it('falls back to the id when its file is damaged', async () => {
    const { instanceId } = await identify();
    writeFileSync(join(stateDir, 'identity.json'), '{');
    expect(await identify()).to.deep.include({ instanceId, relation: 'same' });
  });

  for (const [how, copy] of [
    [
      'copied',
      (from: string, to: string) => {
        cpSync(from, to, { recursive: true, preserveTimestamps: true });
      },
    ],
    ['copied with hard links', linkAll],
  ] as const) {
    it(`is another one when the directory was ${how}, and says of which`, async () => {
      const { instanceId } = await identify();
      const path = join(root, 'copy');
      copy(stateDir, path);
      const found = await identify(path);
      expect(found.relation).to.equal('copy');
      expect(found.instanceId).to.not.equal(instanceId);
      expect(found.original).to.deep.equal({ instanceId, stateDir, backedUpAt: null });
      expect(await identify(path), 'it stays another one').to.deep.equal({ ...found, relation: 'same' });
      expect(await identify(), 'and the original stays itself').to.deep.include({ instanceId, relation: 'same' });
    });
  }

  it('is another one when the directory stands in the place of the original', async () => {
    const { instanceId } = await identify();
    cpSync(stateDir, join(root, 'backup'), { recursive: true });
    renameSync(stateDir, join(root, 'away'));
    renameSync(join(root, 'backup'), stateDir);
    expect(await identify()).to.deep.include({
      relation: 'copy',
      original: { instanceId, stateDir, backedUpAt: null },
    });
  });

  it('is that of no instance where there is no state directory', () => {
    expect(instanceAt(join(root, 'nowhere'))).to.equal(null);
    expect(instanceAt(stateDir)).to.equal(null);
  });

  function linkAll(from: string, to: string): void {
    mkdirSync(to);
    for (const name of readdirSync(from)) linkSync(join(from, name), join(to, name));
  }
});
