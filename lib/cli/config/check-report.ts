import { accountLine, type KindAccount } from '../../config/kind-accounts.ts';
import { executableLine } from '../../config/kind-executables.ts';
import { ConfigInvalidError, type CoredinatorError, type FieldIssue } from '../../model/errors.ts';
import { jsonText } from '../output/io.ts';
import type { CheckedAgent, CheckedConfig, FoundExecutable } from './check.ts';

/** The output of a command. Code 2: something is wrong, as reported in `errors`. */
export interface CommandOutput {
  readonly code: 0 | 2;
  readonly output: string;
  readonly errors: string;
}

/** For people: what is right goes to stdout, problems to stderr. */
export function checkedText({ file, error, agents, ...kinds }: CheckedConfig): CommandOutput {
  if (error !== null) return { code: 2, output: '', errors: errorText(error) };
  const output = `${file ?? 'the built-in configuration'}: ok\n${linesOf(kinds)}${agents.map(agentText).join('')}`;
  const errors = agents.map(({ file, error: found }) => (found === null ? '' : errorText(found, file))).join('');
  return { code: errors === '' ? 0 : 2, output, errors };
}

function agentText({ file, plan, ...found }: CheckedAgent): string {
  if (plan === null) return '';
  const services = plan.services.map(({ id }) => id).join(', ');
  return `${file}: ok, agent "${plan.id}" with ${services}\n${linesOf(found)}`;
}

function linesOf({ executables, accounts }: Pick<CheckedAgent, 'executables' | 'accounts'>): string {
  return [...executables.map(executableLine), ...accounts.map(accountLine)].map((line) => `  ${line}\n`).join('');
}

/** All problems of a file, one per line; the first message has the file name. */
export function errorText(error: CoredinatorError, file: string | null = null): string {
  const further = error instanceof ConfigInvalidError ? error.issues.slice(1) : [];
  const lines = further.map(({ line, column, path, message }) => {
    const place = line === undefined ? '' : `${line}:${column ?? 1}: `;
    return `  ${place}${path === '' ? '' : `${path} `}${message}.\n`;
  });
  const prefix = file === null || error.message.includes(file) ? '' : `${file}: `;
  return `error: ${prefix}${error.message}\n${lines.join('')}`;
}

/** For programs: one document, whatever was found. */
export function checkedJson({ file, error, executables, accounts, agents }: CheckedConfig): CommandOutput {
  const isOk = error === null && agents.every((agent) => agent.error === null);
  const document = {
    status: isOk ? 'ok' : 'fail',
    configuration: { file, problems: problemsOf(error) },
    executables: executables.map(executableView),
    accounts: accounts.map(accountView),
    agents: agents.map((agent) => ({
      file: agent.file,
      agent_id: agent.plan?.id ?? null,
      services: (agent.plan?.services ?? []).map(({ id }) => id),
      executables: agent.executables.map(executableView),
      accounts: agent.accounts.map(accountView),
      problems: problemsOf(agent.error),
    })),
  };
  return { code: isOk ? 0 : 2, output: jsonText(document), errors: '' };
}

function executableView({ subject, choice }: FoundExecutable): object {
  if (choice.type === 'missing') return { subject, path: null, version: null, reason: choice.reason };
  const { path, version, twins = [] } = choice.executable;
  return { subject, path, version, reason: null, twins };
}

function accountView({ subject, runAs, choice }: KindAccount): object {
  if (choice.type === 'refused') return { subject, ...runAs, uid: null, gid: null, reason: choice.reason };
  const { uid, gid } = choice.account;
  return { subject, ...runAs, uid, gid, reason: null };
}

/** An error without places in the file is one problem. */
function problemsOf(error: CoredinatorError | null): readonly FieldIssue[] {
  if (error === null) return [];
  return error.issues.length > 0 ? error.issues : [{ path: '', message: error.message }];
}
