/** The values in a unit file; all paths are absolute. */
export interface UnitSpec {
  readonly scope: 'system' | 'user';
  readonly basePath: string;
  readonly stateDir: string;
  readonly onExit: 'detach' | 'drain';
  /** A user name or number; null: the user of the service manager. */
  readonly runAs: string | null;
  /** Node, the program, and its arguments. */
  readonly command: readonly [node: string, program: string, ...args: string[]];
}

const PLAIN = /^[A-Za-z0-9_@:=,./+-]+$/;

/** Escapes `%` for systemd.unit(5), for values that extend to the end of the line. */
function withoutSpecifiers(text: string): string {
  return text.replaceAll('%', '%%');
}

/**
 * Quotes one word of a list, according to "Quoting" in systemd.syntax(7). Words with control characters are rejected
 * earlier.
 */
export function quoted(arg: string): string {
  const text = withoutSpecifiers(arg);
  return PLAIN.test(text) ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/**
 * A command line in a unit. Variables are expanded everywhere except in the program path, so `$` is doubled only after
 * it.
 */
export function execLine([program, ...args]: readonly [string, ...string[]]): string {
  return [quoted(program), ...args.map((arg) => quoted(arg.replaceAll('$', '$$$$')))].join(' ');
}

const SANDBOX = `
# These settings also apply to the services: the host launches them, and they share its control group and its sandbox. So this
# removes only what no service of a plant needs. Before you add more: PrivateTmp=, ProtectSystem= and the like create a mount
# namespace at each start of the unit, so services from before a restart of the host would see a different /tmp than those
# launched after it. Seccomp filters (RestrictRealtime=, SystemCallFilter=) imply NoNewPrivileges= if User= is set, which breaks
# setuid programs. MemoryMax= and CPUQuota= count the services together with the host.
CapabilityBoundingSet=~CAP_SYS_MODULE CAP_SYS_BOOT CAP_MAC_ADMIN CAP_MAC_OVERRIDE CAP_AUDIT_CONTROL
LimitNOFILE=524288
`;

function stopLines(onExit: UnitSpec['onExit']): string {
  return onExit === 'detach' ? '' : `# A drain waits for the grace period of every service.\nTimeoutStopSec=infinity\n`;
}

/** The complete text of a unit file for a host. */
export function unitText(spec: UnitSpec): string {
  const { scope, basePath, stateDir, onExit, runAs, command } = spec;
  const mounts = [...new Set([basePath, stateDir])].map(quoted).join(' ');
  const network = scope === 'system' ? 'Wants=network-online.target\nAfter=network-online.target\n' : '';
  return `# Written by \`coredinator install-service\`, docs/cli.md explains each line.
[Unit]
Description=Coredinator for the services of ${withoutSpecifiers(basePath)}
${network}RequiresMountsFor=${mounts}
# The services keep running without their host, so it must be started again after any number of failures.
StartLimitIntervalSec=0

[Service]
Type=notify
# A child process of the host sends the notifications to systemd.
NotifyAccess=all
ExecStart=${execLine(command)}
ExecReload=/bin/kill -HUP $MAINPID
WorkingDirectory=${withoutSpecifiers(basePath)}
${runAs === null ? '' : `User=${withoutSpecifiers(runAs)}\n`}Restart=always
RestartSec=2s
# A host whose event loop hangs for this long is killed and started again.
WatchdogSec=30s

# A stop, a restart or a crash of the host must not affect the services: the next host adopts them. All signals, including the
# final SIGKILL, go only to the main process.
KillMode=process
${stopLines(onExit)}# If the kernel kills a service because memory is low, the host restarts it; the unit must not end.
OOMPolicy=continue
TasksMax=infinity
${scope === 'system' ? SANDBOX : ''}
[Install]
WantedBy=${scope === 'system' ? 'multi-user.target' : 'default.target'}
`;
}
