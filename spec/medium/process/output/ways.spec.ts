import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { mayEnlargePipes, OutputWorld, type StreamName } from '../../../support/process/output-world.ts';
import { isNativeShimBuilt, shimPath } from '../../../support/process/shim-driver.ts';

const F_SETFL = 4;

/** A Node program in a shell script. */
function node(program: string): string {
  return `"$1" -e '${program}'`;
}

/** A program in Python in a shell script. */
function python(program: string): string {
  return `python3 -c 'import os\n${program}'`;
}

/** Programs that write `hi` and a newline to their own output; `$1`: Node, `$2`: a file that does not exist. */
const WAYS: readonly (readonly [script: string, stream: StreamName])[] = [
  ['echo hi > /dev/stdout', 'stdout'],
  ['echo hi >> /dev/stderr', 'stderr'],
  ['echo hi > /proc/self/fd/1', 'stdout'],
  ['sh -c \'echo hi > "/proc/$PPID/fd/1"; true\'', 'stdout'],
  ['echo hi | tee /dev/stderr', 'stderr'],
  ['echo hi | tee -a /dev/stderr', 'stderr'],
  ['echo hi | dd of=/dev/stdout status=none', 'stdout'],
  ['echo hi | dd of=/dev/stdout oflag=append conv=notrunc status=none', 'stdout'],
  ['echo hi | dd conv=fsync status=none 2>&- || true', 'stdout'], // fsync fails
  ['echo hi > "$2"; cp "$2" /dev/stdout', 'stdout'],
  ['echo hi > "$2"; cat "$2"', 'stdout'],
  ['echo hi > "$2"; timeout 0.2 tail -f "$2" || true', 'stdout'],
  ["bash -c 'echo hi > >(cat)'", 'stdout'],
  ["bash -c 'exec > >(tee /dev/stderr); echo hi'", 'stderr'],
  ['setsid sh -c "sleep 0.2; echo hi" & exit 0', 'stdout'],
  ['exec 1>&-; echo hi >&2', 'stderr'],
  ['exec 3>&1 1>&- 2>&-; echo hi >&3', 'stdout'],
  [node('fs.createWriteStream("/dev/stdout").end("hi\\n")'), 'stdout'],
  [node('fs.appendFileSync("/dev/stderr", "hi\\n")'), 'stderr'],
  [node('fs.writeSync(fs.openSync("/dev/stdout", "w"), "hi\\n")'), 'stdout'],
  [node('fs.writeSync(fs.openSync("/dev/stdout", "r+"), "hi\\n")'), 'stdout'],
  [
    node('fs.writeSync(fs.openSync("/dev/stderr", fs.constants.O_WRONLY | fs.constants.O_NONBLOCK), "hi\\n")'),
    'stderr',
  ],
  [node('console.log("hi")'), 'stdout'],
  [node('fs.writeSync(fs.openSync("/dev/stderr", "a"), "hi\\n")'), 'stderr'], // with O_CREAT, like a web server
  [node('process.stdout.write("hi\\n", () => process.exit(0))'), 'stdout'],
  [python('open("/dev/stdout", "w").write("hi\\n")'), 'stdout'],
  [python('open("/dev/stderr", "a").write("hi\\n")'), 'stderr'],
  [python('os.write(os.open("/dev/stdout", os.O_RDWR), b"hi\\n")'), 'stdout'],
  [`echo hi > "$2"; ${python('os.sendfile(1, os.open("\'"$2"\'", 0), 0, 3)')}`, 'stdout'],
  ['chmod 666 /dev/stdout; chown "$(id -u)" /dev/stdout && echo hi', 'stdout'],
  ['nohup sh -c "sleep 0.1; echo hi >&2" & wait', 'stderr'],
];

/** What a program finds out about its output, as it says itself on it: what pipes are, and what they cannot do. */
const PROPERTIES: readonly (readonly [what: string, program: string, says: string])[] = [
  ['no terminal', 'print(os.isatty(1))', 'False'],
  ['a pipe', 'import stat; print(stat.S_ISFIFO(os.fstat(1).st_mode))', 'True'],
  ['nothing with a position', 'attempt(lambda: os.lseek(1, 0, 1))', 'ESPIPE'],
  ['nothing that can be flushed to a disk', 'attempt(lambda: os.fsync(1))', 'EINVAL'],
  ['nothing that can be cut', 'attempt(lambda: os.ftruncate(1, 0))', 'EINVAL'],
];
const ATTEMPT = `import errno
def attempt(action):
  try: print(action())
  except OSError as error: print(errno.errorcode[error.errno])
`;

/** Likewise, after root has become another user. */
const WAYS_OF_OTHERS: typeof WAYS = [
  ["setpriv --reuid=65534 --clear-groups sh -c 'echo hi > /dev/stdout'", 'stdout'],
  ["setpriv --reuid=65534 --clear-groups sh -c 'echo hi >> /dev/stderr'", 'stderr'],
  ["su -s /bin/sh nobody -c 'echo hi > /dev/stdout'", 'stdout'],
  [python('os.setgroups([]); os.setuid(65534); open("/dev/stdout", "w").write("hi\\n")'), 'stdout'],
  [node('process.setuid(65534); fs.appendFileSync("/dev/stdout", "hi\\n")'), 'stdout'],
];

describe('the output of a program', function () {
  this.timeout(20_000);
  let output: OutputWorld;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  beforeEach(async () => {
    output = new OutputWorld(shimPath('build/coredinator-shim'));
    await output.read();
  });

  afterEach(() => output.close());

  /** Runs a script, and resolves when what it wrote has been read. */
  async function written(script: string): Promise<void> {
    expect(await output.write(script, process.execPath, `${output.runDir}/file`)).to.equal(0);
    await output.ended();
  }

  for (const [script, stream] of WAYS) {
    it(`is recorded if it is written by ${script}`, async function () {
      if (script.includes('python3') && !hasPython()) this.skip();
      await written(script);
      expect(output.textsOf(stream)).to.deep.equal(['F hi']);
    });
  }

  for (const [script, stream] of WAYS_OF_OTHERS) {
    it(`is recorded if it is written by ${script}`, async function () {
      if (process.getuid?.() !== 0) this.skip(); // only root can become somebody else
      if (script.includes('python3') && !hasPython()) this.skip();
      await written(script);
      expect(output.textsOf(stream)).to.deep.equal(['F hi']);
    });
  }

  for (const [what, program, says] of PROPERTIES) {
    it(`is ${what}`, async function () {
      if (!hasPython()) this.skip();
      await written(python(`${ATTEMPT}${program}`));
      expect(output.textsOf('stdout')).to.deep.equal([`F ${says}`]);
    });
  }

  it('is recorded if it is written again while there is no reader', async () => {
    await output.kill();
    expect(await output.write('echo a > /dev/stdout; echo b >> /dev/stdout; echo c | tee /dev/stderr')).to.equal(0);
    await output.read();
    await output.ended();
    expect(output.textsOf('stdout')).to.deep.equal(['F a', 'F b', 'F c']);
    expect(output.textsOf('stderr')).to.deep.equal(['F c']);
  });

  it('is whole if it comes in packets', async function () {
    if (!existsSync('/usr/bin/perl')) this.skip(); // Node cannot set O_DIRECT of its output
    const flags = constants.O_WRONLY | constants.O_DIRECT;
    const packets = 'for my $i (0..199) { syswrite(STDOUT, $i x 1300) for 1..3; syswrite(STDOUT, "\\n") }';
    await written(`perl -e 'fcntl(STDOUT, ${F_SETFL}, ${flags}) or die $!; ${packets}'`);
    const lines = Array.from({ length: 200 }, (_, index) => `${String(index).repeat(3_900)}\n`);
    expect(output.outputOf('stdout').toString()).to.equal(lines.join(''));
  });

  it('is whole if a Node program exits behind a megabyte, where the pipes may be large', async function () {
    if (!mayEnlargePipes()) this.skip();
    await output.kill(); // nobody reads while it writes
    const exits = output.write(
      node('process.stdout.write(`${"x".repeat(1e6)}\\n`); process.exit(0)'),
      process.execPath,
    );
    expect(await exits).to.equal(0);
    await output.read();
    await output.ended();
    expect(output.outputOf('stdout').toString()).to.equal(`${'x'.repeat(1e6)}\n`);
  });
});

function hasPython(): boolean {
  return spawnSync('python3', ['-c', '']).status === 0;
}
