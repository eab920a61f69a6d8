import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemAccounts, type OwnIds } from '../../../../lib/process/os/accounts.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const ROOT: OwnIds = { uid: 0, gid: 0, groups: [0, 12] };
const SVC: OwnIds = { uid: 998, gid: 997, groups: [997] };

const PASSWD = `root:x:0:0:root:/root:/bin/bash
svc:x:998:997:Service:/srv/svc:/usr/sbin/nologin
+::::::
42:x:1042:1043::/home/42:
`;
const GROUP = `root:x:0:
svc:x:997:
plant:x:500:other,svc
dialout:x:20:svc
`;

function accounts(own = ROOT): ReturnType<typeof systemAccounts> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'passwd'), PASSWD);
  writeFileSync(join(folder, 'group'), GROUP);
  return systemAccounts({ folder, own });
}

const SVC_LOGIN = { name: 'svc', home: '/srv/svc', shell: '/usr/sbin/nologin' };

describe('the accounts of a machine', () => {
  it('are not asked for a service that runs as the host does', async () => {
    expect(await systemAccounts({ folder: '/no/such/folder' }).choose({ user: null, group: null })).to.equal(null);
  });

  it('give a user its primary group, the groups that name it, and its login', async () => {
    expect(await accounts().choose({ user: 'svc', group: null })).to.deep.equal({
      type: 'found',
      account: { uid: 998, gid: 997, groups: [997, 500, 20], login: SVC_LOGIN, isOwn: false },
    });
    expect(await accounts().choose({ user: '998', group: null })).to.have.nested.property('account.login.name', 'svc');
  });

  it('replace the primary group of a user by a group that is named', async () => {
    expect(await accounts().choose({ user: 'svc', group: 'dialout' })).to.have.deep.nested.property('account', {
      ...{ uid: 998, gid: 20, groups: [20, 500], login: SVC_LOGIN, isOwn: false },
    });
  });

  it('change only the group of the host if no user is named', async () => {
    expect(await accounts().choose({ user: null, group: 'plant' })).to.have.deep.nested.property('account', {
      ...{ uid: 0, gid: 500, groups: [500, 0, 12], login: null, isOwn: false },
    });
  });

  it('take a number without an account, and then need a group', async () => {
    expect(await accounts().choose({ user: '4711', group: '4712' })).to.have.deep.nested.property('account', {
      ...{ uid: 4711, gid: 4712, groups: [4712], login: null, isOwn: false },
    });
    expect(await accounts().choose({ user: '4711', group: null })).to.deep.equal({
      ...{ type: 'refused', code: 'ENOGROUP' },
      reason: 'user "4711" has no account on this machine, so its group is unknown; name one with "group"',
    });
  });

  it('prefer an account whose name is a number to the number', async () => {
    expect(await accounts().choose({ user: '42', group: null })).to.have.nested.property('account.uid', 1042);
  });

  it('refuse what does not exist', async () => {
    const [user, group] = ['no-such-user-here', 'no-such-group-here'];
    expect(await accounts().choose({ user, group: null })).to.deep.equal({
      ...{ type: 'refused', code: 'ENOUSER', reason: `user "${user}" does not exist on this machine` },
    });
    expect(await accounts().choose({ user: 'svc', group })).to.deep.equal({
      ...{ type: 'refused', code: 'ENOGROUP', reason: `group "${group}" does not exist on this machine` },
    });
  });

  it('refuse another user or group where the host is not root, but not its own', async () => {
    for (const runAs of [
      { user: 'root', group: null },
      { user: 'svc', group: 'plant' },
      { user: null, group: '20' },
    ]) {
      expect(await accounts(SVC).choose(runAs), JSON.stringify(runAs)).to.include({ type: 'refused', code: 'EPERM' });
    }
    expect(await accounts(SVC).choose({ user: 'root', group: null })).to.have.property(
      'reason',
      'the host does not run as root, so it cannot run programs as user "root"',
    );
    expect(await accounts(SVC).choose({ user: 'svc', group: null })).to.have.nested.property('account.isOwn', true);
  });

  it('are also those of a directory service, which only the system knows', async function () {
    if (process.platform !== 'linux') this.skip();
    const folder = temporaryFolder(); // no account at all is in these files
    const choice = await systemAccounts({ folder, own: ROOT }).choose({ user: 'nobody', group: null });
    expect(choice).to.have.nested.property('account.login.name', 'nobody');
  });

  it('that cannot be read refuse with the reason', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const choice = await systemAccounts({ folder: join(folder, 'file'), own: ROOT }).choose({
      user: 'svc',
      group: null,
    });
    expect(choice).to.include({ type: 'refused', code: 'ENOTDIR' });
  });
});
