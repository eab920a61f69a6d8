/** What a unit file is written from; all paths are absolute. */
export interface UnitSpec {
  readonly scope: 'system' | 'user';
  readonly basePath: string;
  readonly stateDir: string;
  readonly onExit: 'detach' | 'drain';
  /** A name or a number; null: whoever runs the manager. */
  readonly runAs: string | null;
  /** Node, the program, and its arguments. */
  readonly command: readonly [node: string, program: string, ...args: string[]];
}

const PLAIN = /^[A-Za-z0-9_@:=,./+-]+$/;

/** A path or text with `%` as systemd.unit(5) wants it, where the rest of a line is taken as it is. */
function withoutSpecifiers(text: string): string {
  return text.replaceAll('%', '%%');
}

/** One word of a list, by the rules of "Quoting" in systemd.syntax(7). Words with control characters are refused before. */
export function quoted(arg: string): string {
  const text = withoutSpecifiers(arg);
  return PLAIN.test(text) ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** A command line of a unit. Variables are filled in everywhere but in the program's path, so a `$` is doubled only behind it. */
export function execLine([program, ...args]: readonly [string, ...string[]]): string {
  return [quoted(program), ...args.map((arg) => quoted(arg.replaceAll('$', '$$$$')))].join(' ');
}

const SANDBOX = `
# What stands here holds for the services too: they are launched by the host and live in its control group and its sandbox. So
# this takes away only what no service of a plant needs. Before you add more: PrivateTmp=, ProtectSystem= and their like make a
# mount namespace at each start of the unit, and services that outlived a restart of the host would see another /tmp than those
# launched after it; seccomp filters (RestrictRealtime=, SystemCallFilter=) imply NoNewPrivileges= where User= is set, and with it
# programs with setuid bits fail; MemoryMax= and CPUQuota= count the services along with the host.
CapabilityBoundingSet=~CAP_SYS_MODULE CAP_SYS_BOOT CAP_MAC_ADMIN CAP_MAC_OVERRIDE CAP_AUDIT_CONTROL
LimitNOFILE=524288
`;

function stopLines(onExit: UnitSpec['onExit']): string {
  return onExit === 'detach' ? '' : `# A drain waits for the grace of every service.\nTimeoutStopSec=infinity\n`;
}

/** The whole text of a unit file for a host. */
export function unitText(spec: UnitSpec): string {
  const { scope, basePath, stateDir, onExit, runAs, command } = spec;
  const mounts = [...new Set([basePath, stateDir])].map(quoted).join(' ');
  const network = scope === 'system' ? 'Wants=network-online.target\nAfter=network-online.target\n' : '';
  return `# Written by \`coredinator install-service\`, which says in docs/cli.md why each line is there.
[Unit]
Description=Coredinator, which keeps the services of ${withoutSpecifiers(basePath)} running
${network}RequiresMountsFor=${mounts}
# The services run on without their host, so there is no number of failures after which it should stay away.
StartLimitIntervalSec=0

[Service]
Type=notify
# It is a child of the host that speaks to systemd.
NotifyAccess=all
ExecStart=${execLine(command)}
ExecReload=/bin/kill -HUP $MAINPID
WorkingDirectory=${withoutSpecifiers(basePath)}
${runAs === null ? '' : `User=${withoutSpecifiers(runAs)}\n`}Restart=always
RestartSec=2s
# A host whose event loop hangs for that long is ended and started again.
WatchdogSec=30s

# A stop, a restart or a crash of the host must not touch the services: the next host adopts them. Signals, the last SIGKILL
# included, go to the main process only.
KillMode=process
${stopLines(onExit)}# A service that the kernel ends for want of memory is restarted by the host, and is no reason to end the unit.
OOMPolicy=continue
TasksMax=infinity
${scope === 'system' ? SANDBOX : ''}
[Install]
WantedBy=${scope === 'system' ? 'multi-user.target' : 'default.target'}
`;
}
