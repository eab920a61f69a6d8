/** Commands of pm2, supervisorctl, systemctl and kubectl, and what does the same here; `{}` stands for the arguments that were given. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  status: ['services status {}'],
  show: ['services status {}'],
  describe: ['services status {}'],
  info: ['services status {}'],
  list: ['services list'],
  ls: ['services list'],
  ps: ['services list'],
  logs: ['services logs {}'],
  tail: ['services logs {}'],
  start: ['agents start {}', 'services start {}'],
  stop: ['agents stop {}', 'services stop {}'],
  restart: ['agents restart {}', 'services restart {}'],
  delete: ['agents delete {}', 'services delete {}'],
  kill: ['services signal {} SIGKILL'],
  reload: ['config reload'],
  monit: ['top'],
  save: [],
};

/** The same within a group, such as `services`, if it has the second one. */
const FOREIGN_IN_GROUP: Readonly<Record<string, string>> = {
  ...{ ls: 'list', ps: 'list' },
  ...{ show: 'status {}', describe: 'status {}', info: 'status {}', get: 'status {}' },
  ...{ tail: 'logs {} --follow', kill: 'signal {} SIGKILL' },
  ...{ add: 'start {}', apply: 'start {}', up: 'start {}', down: 'stop {}' },
  ...{ rm: 'delete {}', remove: 'delete {}' },
};

/** Arguments that can be repeated in a message as they are. */
const PLAIN = /^[\w./:=@-]{1,128}$/;

/** Puts the arguments into a command; a list does for one thing that was not named. */
function filled(command: string, args: readonly string[]): string {
  const given = args.every((arg) => PLAIN.test(arg)) ? args.join(' ') : '';
  const meant = given === '' ? command.replace(/status \{\}$/, 'list') : command;
  return `\`coredinator ${meant.replace('{}', given).replace(/ +/g, ' ').trim()}\``;
}

/**
 * What somebody who knows another supervisor meant by an unknown command; null: the word is in none of them.
 * `hasCommand` says whether a group has a command.
 */
export function hintFor(
  [word = '', ...args]: readonly string[],
  hasCommand: (group: string, command: string) => boolean,
): string | null {
  const [sub = '', ...rest] = args;
  const inGroup = Object.hasOwn(FOREIGN_IN_GROUP, sub) ? FOREIGN_IN_GROUP[sub] : undefined;
  if (inGroup !== undefined && hasCommand(word, inGroup.split(' ', 1)[0] ?? ''))
    return `Unknown command \`${word} ${sub}\`. Did you mean ${filled(`${word} ${inGroup}`, rest)}?`;
  const here = Object.hasOwn(FOREIGN, word) ? FOREIGN[word] : undefined;
  if (here === undefined) return null;
  if (here.length === 0)
    return `Unknown command \`${word}\`. Nothing has to be saved: the host starts again what was running.`;
  return `Unknown command \`${word}\`. Did you mean ${here.map((command) => filled(command, args)).join(' or ')}?`;
}
