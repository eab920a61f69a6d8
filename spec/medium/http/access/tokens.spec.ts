import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { openAccess, type OpenAccess } from '../../../../lib/http/access/tokens.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { ApiUnderTest, recordingLog, type LogRecord } from '../api-under-test.ts';

const OLD = 'old-token-0123456789';
const NEW = 'new-token-0123456789';
const READ = 'read-token-0123456789';

describe('the tokens of a file', () => {
  let folder: string;
  let records: LogRecord[];
  let access: OpenAccess;
  let api: ApiUnderTest;
  let nowMs: number;

  beforeEach(async () => {
    folder = temporaryFolder();
    records = [];
    nowMs = 0;
    write('full', OLD);
    write('read', READ);
    access = opened();
    api = await new ApiUnderTest().open({ access });
  });
  afterEach(() => api.close());

  function path(name: string): string {
    return join(folder, name);
  }

  function write(name: string, text: string): void {
    writeFileSync(path(name), `${text}\n`, { mode: 0o600 });
  }

  function opened(): OpenAccess {
    const full = { type: 'file', source: '--token-file', path: path('full') } as const;
    const readOnly = { type: 'file', source: '--read-token-file', path: path('read') } as const;
    return openAccess({ full, readOnly }, recordingLog(records), () => nowMs);
  }

  async function status(token: string, method = 'POST'): Promise<number> {
    const headers = { authorization: `Bearer ${token}` };
    return (await api.send(method, '/api/agents/a/stop', { headers })).status;
  }

  function later(): void {
    nowMs += 1_000;
  }

  it('may have names, with a blank after the colon', async () => {
    write('full', `anna: ${OLD}\nben@plant:\t${NEW}\ncolon:${OLD}`);
    later();
    expect([await status(OLD), await status(NEW), await status(`colon:${OLD}`)]).to.deep.equal([200, 200, 200]);
    const names = api.control.calls.map(({ origin }) => origin?.source?.actor);
    expect(names).to.deep.equal(['anna', 'ben@plant', null]);
  });

  it('change without a restart, and overlap while both are in it', async () => {
    expect([await status(OLD), await status(NEW)]).to.deep.equal([200, 401]);
    write('full', `# rotation\n${OLD}\n${NEW}`);
    later();
    expect([await status(OLD), await status(NEW)]).to.deep.equal([200, 200]);
    write('full', NEW);
    later();
    expect([await status(OLD), await status(NEW)]).to.deep.equal([401, 200]);
    expect(records.map(({ level }) => level)).to.deep.equal(['info', 'info']);
  });

  it('change when another file gets the name', async () => {
    write('full.new', NEW);
    renameSync(path('full.new'), path('full'));
    later();
    expect([await status(OLD), await status(NEW)]).to.deep.equal([401, 200]);
  });

  it('are checked at most once a second', async () => {
    nowMs += 999;
    write('full', NEW);
    expect(await status(NEW)).to.equal(401);
    nowMs += 1;
    expect(await status(NEW)).to.equal(200);
  });

  it('are checked on demand', async () => {
    write('full', NEW);
    access.reread();
    expect(await status(NEW)).to.equal(200);
  });

  for (const [what, spoil] of [
    [
      'is gone',
      () => {
        rmSync(path('full'));
      },
    ],
    [
      'is empty',
      () => {
        write('full', '');
      },
    ],
    [
      'holds a token that is too short',
      () => {
        write('full', `${NEW}\nshort`);
      },
    ],
    [
      'holds what no header can carry',
      () => {
        write('full', 'two words of a token');
      },
    ],
    [
      'is a folder',
      () => {
        rmSync(path('full'));
        mkdirSync(path('full'));
      },
    ],
  ] as const) {
    it(`stay valid when the file ${what}; this is logged once, and in the health as long as it lasts`, async () => {
      spoil();
      later();
      expect([await status(OLD), await status(NEW)]).to.deep.equal([200, 401]);
      later();
      expect(access.problems()).to.have.length(1);
      expect(access.problems()[0]).to.contain('--token-file').and.not.to.contain(folder);
      const errors = records.filter(({ level }) => level === 'error');
      expect(errors).to.have.length(1);
      expect(JSON.stringify(errors)).to.contain(path('full')).and.not.to.contain(NEW);

      rmSync(path('full'), { recursive: true, force: true });
      write('full', NEW);
      later();
      expect([await status(OLD), await status(NEW)]).to.deep.equal([401, 200]);
      expect(access.problems()).to.deep.equal([]);
    });
  }

  it('that are in both files by mistake are read-only, and the health reports it', async () => {
    write('full', `${OLD}\n${READ}`);
    later();
    expect([await status(READ), await status(OLD)]).to.deep.equal([403, 200]);
    expect(access.problems()).to.have.length(1);
    expect(access.problems()[0]).to.contain('two different tokens');
  });

  it('cause a warning if other users can read the file', () => {
    for (const mode of [0o640, 0o604, 0o600]) {
      records.length = 0;
      chmodSync(path('full'), mode);
      opened();
      expect(records, mode.toString(8)).to.have.length(mode === 0o600 ? 0 : 1);
      for (const { level, fields, message } of records) {
        expect(level).to.equal('warn');
        expect(fields).to.deep.equal({ file: path('full'), mode: mode.toString(8) });
        expect(message).to.contain('chmod 600');
      }
    }
  });
});
