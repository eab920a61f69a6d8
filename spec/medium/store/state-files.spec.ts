import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StoreUnavailableError } from '../../../lib/model/errors.ts';
import { StateFiles } from '../../../lib/store/state-files.ts';
import { RecordingLog } from '../../support/store/opened-store.ts';
import { rejection } from '../../support/rejection.ts';
import { agentIntention, serviceIntention } from '../../support/store/store-contract.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('the plain files in a state directory', () => {
  let folder: string;
  let log: RecordingLog;
  let problem: string | null;
  let files: StateFiles;
  const pump = agentIntention('pump1');
  const io = serviceIntention('pump1-io', { holder: null, atLeast: 4 });

  beforeEach(() => {
    folder = temporaryFolder();
    log = new RecordingLog();
    problem = null;
    const guard = { check: (): string | null => problem };
    files = new StateFiles(folder, { guard, log });
  });

  it('hold no intentions at first', async () => {
    expect(await files.readIntentions(-1)).to.equal(null);
  });

  it('give the intentions back as they were at the last write', async () => {
    const pin = { subject: 'pin:io', pin: { version: '1.9.0', since: 7, actor: 'anna' } } as const;
    for (const intentions of [[pump, io], [io, pin], [], [{ ...pump, intended: 'stopped' as const }, io]]) {
      await files.writeIntentions({ seq: 7, intentions });
      expect(await files.readIntentions(-1)).to.deep.equal({ seq: 7, intentions });
    }
    expect(readdirSync(folder)).to.deep.equal(['intentions.json']);
  });

  it('have nothing new for a database that knows of the same events', async () => {
    await files.writeIntentions({ seq: 7, intentions: [pump, io] });
    expect(await files.readIntentions(7)).to.equal(null);
    expect(await files.readIntentions(6)).to.deep.equal({ seq: 7, intentions: [pump, io] });
  });

  it('give back the other intentions if one cannot be read, and log that', async () => {
    await files.writeIntentions({ seq: 7, intentions: [pump, io] });
    const file = join(folder, 'intentions.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"subject":"agent:pump1"', '"subject":""'));
    expect(await files.readIntentions(-1)).to.deep.equal({ seq: 7, intentions: [io] });
    expect(log.records).to.have.length(1);
  });

  it('are ignored, which is logged, if they cannot be read at all', async () => {
    writeFileSync(join(folder, 'intentions.json'), '{"seq":');
    expect(await files.readIntentions(-1)).to.equal(null);
    expect(log.records).to.have.length(1);
  });

  it('are not written while the directory may be another one', async () => {
    problem = 'The lock was removed.';
    const error = await rejection(files.writeIntentions({ seq: 7, intentions: [pump] }));
    expect(error).to.be.instanceOf(StoreUnavailableError);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('say which file cannot be written, and why', async () => {
    for (const name of ['intentions.json', 'notices.json']) mkdirSync(join(folder, `${name}.new`));
    for (const write of [files.writeIntentions({ seq: 7, intentions: [pump] }), files.writeNotices([])]) {
      const error = await rejection(write);
      expect(error).to.be.instanceOf(StoreUnavailableError);
      expect(String(error)).to.match(/"[^"]+\/(intentions|notices)\.json" cannot be written: EISDIR/);
    }
  });
});
