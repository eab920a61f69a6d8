/** Commands of pm2, supervisorctl and systemctl, and what does the same here; `{}` stands for the arguments that were given. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  status: ['services status {}'],
  list: ['services list'],
  ls: ['services list'],
  ps: ['services list'],
  logs: ['services logs {}'],
  tail: ['services logs {}'],
  start: ['agents start {}', 'services start {}'],
  stop: ['agents stop {}', 'services stop {}'],
  restart: ['agents restart {}', 'services restart {}'],
  reload: ['config reload'],
  monit: ['top'],
  save: [],
};

/** Arguments that can be repeated in a message as they are. */
const PLAIN = /^[\w./:=@-]{1,128}$/;

/** What somebody who knows another supervisor meant by an unknown command; null: the word is in none of them. */
export function hintFor([word = '', ...args]: readonly string[]): string | null {
  const here = Object.hasOwn(FOREIGN, word) ? FOREIGN[word] : undefined;
  if (here === undefined) return null;
  if (here.length === 0)
    return `Unknown command \`${word}\`. Nothing has to be saved: the host starts again what was running.`;
  const given = args.every((arg) => PLAIN.test(arg)) ? args.join(' ') : '';
  const commands = here.map((command) => {
    const meant = command === 'services status {}' && given === '' ? 'services list' : command.replace('{}', given);
    return `\`coredinator ${meant.trim()}\``;
  });
  return `Unknown command \`${word}\`. Did you mean ${commands.join(' or ')}?`;
}
