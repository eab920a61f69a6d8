import { expect } from 'chai';
import { execLine, quoted, unitText, type UnitSpec } from '../../../lib/cli/systemd/unit.ts';

const SPEC: UnitSpec = {
  scope: 'system',
  basePath: '/opt/plant',
  stateDir: '/var/lib/plant',
  onExit: 'detach',
  runAs: 'plant',
  command: ['/usr/bin/node', '/opt/c/main.js', 'serve', '--base-path', '/opt/plant'],
};

/** The value of a setting; null: it does not stand there. */
function setting(spec: UnitSpec, name: string): string | null {
  const line = unitText(spec)
    .split('\n')
    .find((one) => one.startsWith(`${name}=`));
  return line?.slice(name.length + 1) ?? null;
}

describe('a word of a systemd unit', () => {
  for (const [word, text] of [
    ['/opt/plant-1.0_x', '/opt/plant-1.0_x'],
    ['/opt/the plant', '"/opt/the plant"'],
    ['50%', '"50%%"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ["it's", '"it\'s"'],
    [';', '";"'],
    ['', '""'],
    ['/opt/übung', '"/opt/übung"'],
  ] as const) {
    it(`${word} is written as ${text}`, () => {
      expect(quoted(word)).to.equal(text);
    });
  }

  it('escapes a dollar, except in the path of the program, where variables are not expanded', () => {
    expect(execLine(['/a$b/node', '/a$b/main.js', '$HOME', '${X}'])).to.equal(
      '"/a$b/node" "/a$$b/main.js" "$$HOME" "$${X}"',
    );
  });
});

describe('the unit of a host', () => {
  it('leaves the services alone, whatever ends the host', () => {
    expect(setting(SPEC, 'KillMode')).to.equal('process');
    expect(setting(SPEC, 'OOMPolicy')).to.equal('continue');
    expect(setting(SPEC, 'TasksMax')).to.equal('infinity');
    for (const sandbox of ['PrivateTmp', 'ProtectSystem', 'ProtectHome', 'MemoryMax', 'RuntimeDirectory']) {
      expect(setting(SPEC, sandbox)).to.equal(null);
    }
  });

  it('restarts the host, and gets its notifications', () => {
    expect(setting(SPEC, 'Type')).to.equal('notify');
    expect(setting(SPEC, 'NotifyAccess')).to.equal('all');
    expect(setting(SPEC, 'Restart')).to.equal('always');
    expect(setting(SPEC, 'StartLimitIntervalSec')).to.equal('0');
    expect(setting(SPEC, 'WatchdogSec')).to.equal('30s');
    expect(setting(SPEC, 'ExecReload')).to.equal('/bin/kill -HUP $MAINPID');
    expect(setting(SPEC, 'ExecStart')).to.equal('/usr/bin/node /opt/c/main.js serve --base-path /opt/plant');
    expect(setting(SPEC, 'RequiresMountsFor')).to.equal('/opt/plant /var/lib/plant');
  });

  it('waits as long as a drain takes', () => {
    expect(setting(SPEC, 'TimeoutStopSec')).to.equal(null);
    expect(setting({ ...SPEC, onExit: 'drain' }, 'TimeoutStopSec')).to.equal('infinity');
  });

  it('of a user requires nothing that only the system may do', () => {
    const user: UnitSpec = { ...SPEC, scope: 'user', runAs: null };
    for (const name of ['User', 'CapabilityBoundingSet', 'LimitNOFILE', 'After']) {
      expect(setting(SPEC, name)).to.not.equal(null);
      expect(setting(user, name)).to.equal(null);
    }
    expect(setting(user, 'WantedBy')).to.equal('default.target');
  });
});
