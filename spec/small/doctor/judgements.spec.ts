import type { EngineName } from '../../../lib/model/engine.ts';
import { CHECKS } from '../../../lib/doctor/checks.ts';
import { checksFor } from '../../../lib/doctor/examine.ts';
import { expect } from 'chai';
import type { Finding, Status } from '../../../lib/doctor/check.ts';
import { judgeClock } from '../../../lib/doctor/checks/clock.ts';
import { judgeSpace } from '../../../lib/doctor/checks/disk-space.ts';
import { judgeFileSystem } from '../../../lib/doctor/checks/file-system.ts';
import { judgeNode } from '../../../lib/doctor/checks/node-version.ts';
import { judgeOpenFiles } from '../../../lib/doctor/checks/open-files.ts';
import { judgeOutputBuffer, pageSizeIn } from '../../../lib/doctor/checks/output-buffer.ts';
import { judgePort } from '../../../lib/doctor/checks/port.ts';
import { groupLimit, judgeProcesses } from '../../../lib/doctor/checks/processes.ts';
import { parseHardLimit } from '../../../lib/doctor/checks/proc-limits.ts';
import { judgeUnit, unitIn } from '../../../lib/doctor/checks/service-manager.ts';
import { judgeShim } from '../../../lib/doctor/checks/shim.ts';

const MIB = 1024 * 1024;
const NOW = Date.UTC(2027, 0, 1);

const shim = (facts: Partial<Parameters<typeof judgeShim>[0]>): Finding =>
  judgeShim({
    platform: 'linux',
    kind: 'node',
    isBuilt: false,
    file: '/s/shim',
    protocol: null,
    compiler: null,
    ...facts,
  });
const buffer = (facts: Partial<Parameters<typeof judgeOutputBuffer>[0]>, services: number): Finding =>
  judgeOutputBuffer({ mayEnlarge: false, pageSize: 4096, budget: 16_384, ...facts }, services);
const clock = (facts: Partial<Parameters<typeof judgeClock>[0]>): Finding =>
  judgeClock({ now: NOW, storedAt: null, boot: 'b', platform: 'linux', ...facts });
const tasks = (facts: Partial<Parameters<typeof judgeProcesses>[0]>, services: number): Finding =>
  judgeProcesses({ user: null, isRoot: false, group: null, ...facts }, services);
const holder = (facts: Partial<Parameters<typeof judgeUnit>[0]>, name: string | null, mode: string | null): Finding =>
  judgeUnit(
    { pid: 7, isHost: true, cgroups: null, init: 'systemd', ...facts },
    name === null ? null : { name, isUserUnit: false },
    mode,
  );

/** What is checked, its finding, and words that the detail or the remedy must contain. */
const ROWS: readonly (readonly [what: string, finding: Finding, status: Status, words: readonly string[]])[] = [
  ['a Node that is new enough', judgeNode('20.19.0'), 'ok', ['20.19.0']],
  ['a Node that is too old', judgeNode('20.18.9'), 'fail', ['20.18.9', '>=20.19', 'newer Node']],
  ['a native shim', shim({ kind: 'native', isBuilt: true }), 'ok', ['/s/shim']],
  [
    'a shim that was not built because there is no compiler',
    shim({}),
    'warn',
    ['no C compiler', '11 MiB', 'gcc', 'npm rebuild'],
  ],
  [
    'a shim that was not built for another reason',
    shim({ compiler: '/usr/bin/cc' }),
    'warn',
    ['not built', 'npm rebuild'],
  ],
  ['a shim of another machine', shim({ isBuilt: true }), 'warn', ['"/s/shim") does not work', 'npm rebuild']],
  [
    'a shim of another version',
    shim({ isBuilt: true, protocol: 1 }),
    'warn',
    ['speaks version 1 of the launch protocol, and this host version 2, so', 'npm rebuild'],
  ],
  ['a system without native shim', shim({ platform: 'win32', kind: 'node' }), 'skipped', ['win32', 'Node shim']],
  ['no limit on open files', judgeOpenFiles(null, 1_000), 'ok', []],
  ['enough open files', judgeOpenFiles(7_100, 1_000), 'ok', ['1000 services']],
  ['too few open files', judgeOpenFiles(7_099, 1_000), 'warn', ['7099', '7100', 'LimitNOFILE=65536']],
  ['no limit on processes', tasks({}, 1_000), 'ok', ['no limit']],
  ['a limit of processes, which does not apply to root', tasks({ user: 10, isRoot: true }, 10), 'ok', ['no limit']],
  ['a user with too few processes', tasks({ user: 259 }, 10), 'warn', ['259', '260', 'LimitNPROC']],
  ['a user with enough processes', tasks({ user: 260 }, 10), 'ok', ['260']],
  ['a control group that is too small', tasks({ group: 259, isRoot: true }, 10), 'warn', ['259', 'TasksMax=infinity']],
  ['large pipes for output', buffer({ mayEnlarge: true, budget: 100 }, 1_000), 'ok', ['1024 KiB']],
  ['pipes for output as the kernel gives them', buffer({}, 481), 'ok', ['64 KiB', '481 services']],
  ['more services than the kernel has pipes for', buffer({}, 482), 'warn', ['8 KiB', '481', 'pipe-user-pages-soft=']],
  ['a kernel that does not limit pipes', buffer({ budget: 0 }, 5_000), 'ok', ['64 KiB']],
  ['pipes of large pages', buffer({ pageSize: 65_536 }, 481), 'ok', ['1024 KiB']],
  ['a correct clock', clock({ storedAt: NOW }), 'ok', ['2027-01-01']],
  ['a clock that was never set', clock({ now: 0 }), 'fail', ['1970-01-01', 'timedatectl']],
  ['a clock that was set back', clock({ storedAt: NOW + 120_000 }), 'warn', ['2027-01-01T00:02', 'timedatectl']],
  ['a kernel without boot id', clock({ boot: '' }), 'fail', ['boot id', '/proc']],
  ['a system without boot ids', clock({ boot: '', platform: 'darwin' }), 'ok', []],
  ['a disk with enough space', judgeSpace({ bytes: 2_048 * MIB, inodes: 1e6 }, '/s'), 'ok', ['2048 MiB', '"/s"']],
  ['a disk that creates inodes as needed', judgeSpace({ bytes: 2_048 * MIB, inodes: null }, '/s'), 'ok', []],
  [
    'a disk with little space',
    judgeSpace({ bytes: 1_023 * MIB, inodes: 1e6 }, '/s'),
    'warn',
    ['1023 MiB', '--state-dir'],
  ],
  ['a full disk', judgeSpace({ bytes: 63 * MIB, inodes: 1e6 }, '/s'), 'fail', ['63 MiB', '--state-dir']],
  ['a disk without inodes', judgeSpace({ bytes: 2_048 * MIB, inodes: 999 }, '/s'), 'fail', ['999 inodes']],
  ['a local disk', judgeFileSystem(0xef53, '/s'), 'ok', ['ext']],
  ['an unknown file system', judgeFileSystem(0x1234, '/s'), 'ok', ['0x1234']],
  ['Btrfs', judgeFileSystem(0x9123683e | 0, '/s'), 'warn', ['Btrfs', 'disk becomes full', 'ext4 or XFS']],
  ['NFS', judgeFileSystem(0x6969, '/s'), 'fail', ['NFS', 'local disk']],
  ['CIFS as a signed number', judgeFileSystem(0xff534d42 | 0, '/s'), 'fail', ['CIFS', 'local disk']],
  ['FUSE', judgeFileSystem(0x65735546, '/s'), 'warn', ['FUSE', 'local disk']],
  ['tmpfs', judgeFileSystem(0x01021994, '/s'), 'warn', ['in memory', 'local disk']],
  ['the layer of a container', judgeFileSystem(0x794c7630, '/s'), 'warn', ['overlay', 'volume']],
  ['a free port', judgePort('h:1', null, { pid: null }, null), 'ok', ['h:1 is free']],
  [
    'a port of another program',
    judgePort('h:1', 'EADDRINUSE', { pid: null }, 7),
    'fail',
    ['Another program', '--port'],
  ],
  ['a port of the same host', judgePort('h:1', 'EADDRINUSE', { pid: 7 }, 7), 'ok', ['pid 7']],
  [
    'a port of another host',
    judgePort('h:1', 'EADDRINUSE', { pid: 8 }, 7),
    'fail',
    ['another state directory', 'pid 8'],
  ],
  ['a port that this user may not use', judgePort('h:80', 'EACCES', { pid: null }, null), 'fail', ['EACCES', '1023']],
  ['a foreign address', judgePort('h:80', 'EADDRNOTAVAIL', { pid: null }, null), 'fail', ['--host']],
  ['a unit that leaves services alone', holder({}, 'c.service', 'process'), 'ok', ['c.service', 'KillMode=process']],
  [
    'a unit that kills the services of a host',
    holder({}, 'c.service', 'control-group'),
    'fail',
    ['c.service', 'systemctl edit'],
  ],
  [
    'a unit that would kill them',
    holder({ isHost: false }, 'c.service', 'mixed'),
    'warn',
    ['mixed', 'install-service'],
  ],
  ['a unit that systemctl does not know', holder({}, 'c.service', null), 'skipped', ['c.service']],
  ['a session', holder({}, 'session-1.scope', null), 'ok', ['session-1.scope', 'install-service']],
  ['no unit', holder({}, null, null), 'ok', ['pid 7']],
  ['another init', holder({ init: 'tini' }, null, null), 'skipped', ['tini']],
  ['a host that is process 1', holder({ pid: 1, init: 'node' }, null, null), 'warn', ['process 1', '--init']],
];

describe('the size of a page', () => {
  it('is in the auxiliary vector of a process', () => {
    const vector = Buffer.from(BigUint64Array.of(16n, 1n, 6n, 65_536n, 0n, 0n).buffer);
    expect(pageSizeIn(vector)).to.equal(65_536);
    expect(pageSizeIn(Buffer.alloc(0))).to.equal(4096);
  });
});

describe('the doctor', () => {
  for (const [what, finding, status, words] of ROWS) {
    it(`says ${status} to ${what}${words.length === 0 ? '' : `: ${words.join(', ')}`}`, () => {
      expect(finding.status).to.equal(status);
      const text = `${finding.detail} ${finding.remedy ?? ''}`;
      for (const word of words) expect(text).to.contain(word);
    });

    if (status === 'warn' || status === 'fail') {
      it(`says how to fix ${what}`, () => {
        expect(finding.remedy)
          .to.be.a('string')
          .that.matches(/\w.*\.$/);
      });
    }
  }

  it('reads the hard limit from /proc', () => {
    const text =
      'Limit   Soft  Hard  Units\nMax processes  63  127  processes\nMax open files  unlimited unlimited files\n';
    expect(parseHardLimit(text, 'Max processes')).to.equal(127);
    expect(parseHardLimit(text, 'Max open files')).to.equal(null);
    expect(parseHardLimit(text, 'Max of something')).to.equal(null);
  });

  it('uses the lowest limit of a control group and its parents, in both versions', () => {
    const files: Readonly<Record<string, string>> = {
      '/sys/fs/cgroup/a/b/pids.max': 'max\n',
      '/sys/fs/cgroup/a/pids.max': '300\n',
      '/sys/fs/cgroup/pids/x/pids.max': '200\n',
    };
    const read = (file: string): string | null => files[file] ?? null;
    expect(groupLimit('0::/a/b\n', read)).to.equal(300);
    expect(groupLimit('8:pids:/x\n4:memory:/a/b\n', read)).to.equal(200);
    expect(groupLimit('0::/\n', read)).to.equal(null);
  });

  it('finds the unit of a process', () => {
    expect(unitIn('0::/system.slice/coredinator.service\n')).to.deep.equal({
      name: 'coredinator.service',
      isUserUnit: false,
    });
    expect(unitIn('1:name=systemd:/user.slice/user-1.slice/session-3.scope\n')).to.include({ name: 'session-3.scope' });
    const own = '0::/user.slice/user-1000.slice/user@1000.service/app.slice/c.service\n';
    expect(unitIn(own)).to.deep.equal({ name: 'c.service', isUserUnit: true });
    expect(unitIn('0::/\n8:pids:/\n')).to.equal(null);
  });
});

describe('the checks for an engine', () => {
  it('are those for all engines and those for it', () => {
    const checks = [{ id: 'any' }, { id: 'here', engines: ['local'] as const }, { id: 'elsewhere', engines: [] }];
    expect(checksFor('local', checks).map(({ id }) => id)).to.deep.equal(['any', 'here']);
  });

  it('say which are only for processes of this machine, or for a cluster', () => {
    const of = (engine: EngineName): readonly string[] =>
      CHECKS.filter(({ engines }) => engines?.includes(engine) === true).map(({ id }) => id);
    expect(of('kubernetes')).to.deep.equal(['cluster', 'cluster_rights', 'cluster_pods', 'cluster_clock']);
    expect(of('local')).to.deep.equal([
      ...['shim', 'open_files', 'processes', 'output_buffer', 'file_watching', 'service_manager', 'file_system'],
      ...['base_path', 'executables', 'accounts'],
    ]);
  });
});
