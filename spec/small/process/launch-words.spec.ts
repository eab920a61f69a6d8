import { expect } from 'chai';
import { constants } from 'node:os';
import { inheritable } from '../../../lib/model/environment.ts';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../lib/model/values/run-as.ts';
import type { Account } from '../../../lib/model/values/run-as.ts';
import type { LaunchRequest } from '../../../lib/ports/process-host.ts';
import { environmentOf } from '../../../lib/process/launch/environment.ts';
import { isBlameless } from '../../../lib/model/process.ts';
import { failureOf } from '../../../lib/launching/launch-failure.ts';
import { frameOf } from '../../../lib/process/launch/native-shims.ts';
import { layoutOf } from '../../../lib/process/files/layout.ts';
import { shimRequestOf, subjectOf, unusableOf } from '../../../lib/process/launch/shim-request.ts';
import { parseReport } from '../../../lib/process/launch/shims.ts';
import { Lines } from '../../../lib/process/os/lines.ts';
import { signalName, signalNumber } from '../../../lib/launching/signal-names.ts';

const LAUNCH = parseLaunchId('c'.repeat(32));
const REQUEST: LaunchRequest = {
  serviceId: parseServiceId('pump'),
  agentId: null,
  generation: 2,
  executablePath: '/opt/pump',
  version: null,
  args: ['-v'],
  env: { PORT: '1' },
  cwd: null,
  stop: { signal: 'SIGINT', graceMs: 1_500 },
  limits: { openFiles: 4_096, processes: null, coreSize: 'unlimited', addressSpace: null },
  maxLogBytes: 1024 ** 2,
  output: 'separate',
  ...AS_HOST,
};

describe('signals', () => {
  it('are converted to the numbers of the system and back', () => {
    expect(signalNumber('SIGTERM')).to.equal(15);
    expect(signalName(9)).to.equal('SIGKILL');
    expect(signalName(constants.signals.SIGABRT)).to.equal('SIGABRT');
  });

  it('without a name are named after their number', () => {
    expect(signalName(34)).to.equal('SIG34');
    expect(signalNumber('SIG34')).to.equal(34);
  });

  it('that do not exist have no number', () => {
    for (const name of ['SIGFOO', 'SIG0', 'SIG65', 'TERM', '']) expect(signalNumber(name), name).to.equal(null);
  });
});

describe('a failure', () => {
  it('of exec names the program and says whether another file is needed', () => {
    expect(failureOf('exec', constants.errno.ENOENT, '/opt/pump')).to.deep.equal({
      code: 'ENOENT',
      isPermanent: true,
      message: 'The program "/opt/pump" cannot be run: no such file or directory (ENOENT).',
    });
    for (const name of [
      'EACCES',
      'EPERM',
      'ENOEXEC',
      'ENOTDIR',
      'EISDIR',
      'ELOOP',
      'ENAMETOOLONG',
      'EINVAL',
      'E2BIG',
    ] as const) {
      expect(failureOf('exec', constants.errno[name], '/x')).to.include({ code: name, isPermanent: true });
    }
    for (const name of ['ETXTBSY', 'ENOMEM', 'EAGAIN', 'EMFILE', 'EIO'] as const) {
      expect(failureOf('exec', constants.errno[name], '/x')).to.include({ code: name, isPermanent: false });
    }
  });

  it('before exec is never permanent, as another program would not help', () => {
    expect(failureOf('cwd', constants.errno.ENOENT, '/data')).to.include({
      isPermanent: false,
      message: 'The working directory "/data" cannot be used: no such file or directory (ENOENT).',
    });
    for (const step of ['log', 'lock', 'claim', 'dir', 'fork', 'frame'] as const) {
      expect(failureOf(step, constants.errno.EACCES, '/x')).to.include({ code: 'EACCES', isPermanent: false });
    }
  });

  it('is not the fault of the service if a folder of the host is missing', () => {
    for (const step of ['log', 'lock', 'claim', 'dir'] as const) {
      const failure = failureOf(step, constants.errno.ENOENT, '/state/locks/pump');
      expect(failure).to.include({ code: 'ESTATE', isPermanent: false });
      expect(isBlameless(failure)).to.equal(true);
    }
    expect(isBlameless(failureOf('cwd', constants.errno.ENOENT, '/data'))).to.equal(false);
  });

  it('is not the fault of the service if a quota is used up', () => {
    const failure = failureOf('dir', 122, '/state/run/1');
    expect(failure).to.deep.equal({
      code: 'EDQUOT',
      isPermanent: false,
      message: 'The run folder "/state/run/1" cannot be used: disk quota exceeded (EDQUOT).',
    });
    expect(isBlameless(failure)).to.equal(true);
  });

  it('says what can be done about it, where the code alone does not', () => {
    expect(failureOf('exec', constants.errno.ETXTBSY, '/opt/pump').message).to.equal(
      'The program "/opt/pump" cannot be run: the file is still being written (ETXTBSY).',
    );
    expect(
      failureOf('exec', constants.errno.ENOENT, '/opt/pump', 'its interpreter "/x" does not exist').message,
    ).to.equal('The program "/opt/pump" cannot be run: its interpreter "/x" does not exist (ENOENT).');
  });

  it('says that the host has to be restarted if its launcher is of another version', () => {
    expect(failureOf('frame', constants.errno.EINVAL, '/opt/pump')).to.deep.equal({
      code: 'EINVAL',
      isPermanent: false,
      message:
        'The launch frame for "/opt/pump" cannot be used: the launcher is of another version than the host, so the package was replaced while the host runs; restart the host (EINVAL).',
    });
  });

  it('with an unknown number is still one', () => {
    expect(failureOf('exec', 4_000, '/x')).to.include({ code: 'E4000', isPermanent: false });
  });
});

describe('the environment of a launch', () => {
  it('has the settings of the launch, which take precedence', () => {
    const request = { ...REQUEST, env: { COREDINATOR_SERVICE_ID: 'forged', LANG: 'C' } };
    const inherited = inheritable({ LANG: 'de', HOME: '/root', COREDINATOR_TOKEN: 'secret', NOT_SET: undefined });
    const origin = { basePath: '/plant', stateDir: '/plant/.coredinator' };
    expect(environmentOf(request, LAUNCH, null, { inherited, instanceId: 'i', url: 'u', origin })).to.deep.equal({
      LANG: 'C',
      HOME: '/root',
      COREDINATOR_INSTANCE: 'i',
      COREDINATOR_SERVICE_ID: 'pump',
      COREDINATOR_GENERATION: '2',
      COREDINATOR_LAUNCH_ID: LAUNCH,
      COREDINATOR_URL: 'u',
      COREDINATOR_ORIGIN_BASE: '/plant',
      COREDINATOR_ORIGIN_STATE: '/plant/.coredinator',
    });
  });
});

describe('the environment of a launch as another user', () => {
  const origin = { basePath: '/plant', stateDir: '/plant/.coredinator' };
  const inherited = { HOME: '/root', USER: 'root', LOGNAME: 'root', SHELL: '/bin/sh', LANG: 'C' };
  const account = { uid: 998, gid: 997, groups: [997], isOwn: false };
  const of = (login: Account['login'], env = {}): Readonly<Record<string, string>> =>
    environmentOf({ ...REQUEST, env }, LAUNCH, { ...account, login }, { inherited, instanceId: 'i', url: 'u', origin });

  it('has the login of that user in place of that of the host, and what the service sets in place of both', () => {
    const login = { name: 'svc', home: '/srv/svc', shell: '/bin/false' };
    const own = { HOME: '/srv/svc', USER: 'svc', LOGNAME: 'svc', SHELL: '/bin/false', LANG: 'C' };
    expect(of(login)).to.include(own);
    expect(of(login, { HOME: '/data' })).to.include({ ...own, HOME: '/data' });
  });

  it('has no login if the number has no account', () => {
    expect(of(null)).not.to.have.any.keys('HOME', 'USER', 'LOGNAME', 'SHELL');
    expect(of(null)).to.include({ LANG: 'C' });
  });
});

describe('a launch request', () => {
  const layout = layoutOf('/state');

  it('becomes a frame for the launcher', () => {
    const shimRequest = shimRequestOf(REQUEST, LAUNCH, { layout, basePath: '/base', env: { A: 'ü' }, account: null });
    const frame = frameOf(shimRequest);
    expect(frame.readUInt32LE(0)).to.equal(frame.length - 4);
    expect(frame.subarray(4).toString().split('\0')).to.deep.equal([
      LAUNCH,
      `/state/run/${LAUNCH}`,
      '/state/exits',
      '/state/locks/pump',
      '/state/logs/pump',
      '2',
      '1048576',
      'separate',
      '/base',
      String(constants.signals.SIGINT),
      '1500',
      '4096',
      '',
      'unlimited',
      '',
      '',
      '2',
      '/opt/pump',
      '-v',
      '1',
      'A=ü',
      '',
    ]);
  });

  it('is refused with a NUL character or with a signal that the system does not have', () => {
    expect(unusableOf(REQUEST, 'native')).to.equal(null);
    expect(unusableOf({ ...REQUEST, env: { A: '\0' } }, 'native')).to.include({ code: 'EINVAL', isPermanent: true });
    const failure = unusableOf({ ...REQUEST, stop: { signal: 'SIGFOO', graceMs: 1 } }, 'native');
    expect(failure?.message).to.include('SIGFOO');
  });

  it('with limits is refused for a Node shim, which cannot set limits', () => {
    expect(unusableOf(REQUEST, 'node')).to.deep.equal({
      code: 'ENOTSUP',
      isPermanent: true,
      message:
        'Service "pump" cannot be launched: it has limits (open_files, core_size), which the host cannot set on this machine.',
    });
    expect(unusableOf(REQUEST, 'native')).to.equal(null);
    expect(unusableOf({ ...REQUEST, limits: NO_LIMITS }, 'node')).to.equal(null);
  });

  it('names the limit that caused a refusal, with its value', () => {
    const shimRequest = shimRequestOf(REQUEST, LAUNCH, { layout, basePath: '/base', env: {}, account: null });
    const subject = subjectOf({ step: 'limits', errno: constants.errno.EPERM, limit: 'open_files' }, shimRequest);
    expect(failureOf('limits', constants.errno.EPERM, subject)).to.deep.equal({
      code: 'EPERM',
      isPermanent: false,
      message: 'The limit "open_files: 4096" cannot be set: it is above the hard limit of the host (EPERM).',
    });
  });
});

describe('report lines', () => {
  it('are assembled from any chunks', () => {
    const lines: string[] = [];
    const reader = new Lines((line) => lines.push(line));
    for (const piece of ['{"a"', ':1}\n{"b":2}\n{', '"c":3}', '\n']) reader.take(Buffer.from(piece));
    expect(lines).to.deep.equal(['{"a":1}', '{"b":2}', '{"c":3}']);
  });

  it('report a launched process', () => {
    const line = `{"launch":"${LAUNCH}","event":"launched","pid":7,"start":"88","shim":6}`;
    const report = { type: 'launched', main: { pid: 7, start: '88' }, shim: null };
    expect(parseReport(line)).to.deep.equal({ launchId: LAUNCH, report });
  });

  it('name the shim, with its start time and the size of its pipes', () => {
    const line = `{"launch":"${LAUNCH}","event":"launched","pid":7,"start":"88","shim":6,"shim_start":"85","output_buffer":4096}`;
    const shim = { shim: { pid: 6, start: '85' }, outputBuffer: 4096 };
    expect(parseReport(line)?.report).to.deep.equal({ type: 'launched', main: { pid: 7, start: '88' }, shim });
  });

  it('report a refusal', () => {
    const line = `{"launch":"${LAUNCH}","event":"refused","step":"exec","errno":2}`;
    expect(parseReport(line)).to.deep.equal({ launchId: LAUNCH, report: { type: 'refused', step: 'exec', errno: 2 } });
    const limits = `{"launch":"${LAUNCH}","event":"refused","step":"limits","limit":"core_size","errno":1}`;
    const report = { type: 'refused', step: 'limits', limit: 'core_size', errno: 1 };
    expect(parseReport(limits)).to.deep.equal({ launchId: LAUNCH, report });
    const unnamed = limits.replace('core_size', 'toString');
    expect(parseReport(unnamed)?.report).to.deep.equal({ type: 'refused', step: 'limits', errno: 1 });
  });

  it('that this host does not understand are ignored', () => {
    const unknown = ['', 'null', '[]', '{', '{"launch":"x"}', `{"launch":"${LAUNCH}","event":"paused"}`];
    unknown.push(`{"launch":"${LAUNCH}","event":"launched","pid":0,"start":"1"}`);
    unknown.push(`{"launch":"${LAUNCH}","event":"refused","step":"toString","errno":2}`);
    for (const line of unknown) expect(parseReport(line), line).to.equal(null);
  });
});
