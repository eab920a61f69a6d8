/** Shorter values are words and numbers of every day; to hide them would make sentences riddles. */
const LEAST_LENGTH = 6;

/**
 * What these hold everybody on the machine may know, and it stands in every path; npm puts dozens of words around what it runs, and
 * begins the names of credentials with `npm_config__`.
 */
const PLAIN =
  /^(PATH|HOME|PWD|OLDPWD|INIT_CWD|SHELL|USER|LOGNAME|HOSTNAME|LANG|LANGUAGE|LC_\w+|TZ|TERM|TMPDIR|EDITOR|PAGER|NODE|_|XDG_\w+|npm_(?!config__)\w+)$/;

/** A text with each value of an environment that stands in it put as `${NAME}`: sentences get into answers, events and logs. */
export function withoutValues(text: string, env: Readonly<Record<string, string>>): string {
  const hidden = Object.entries(env)
    .filter(([name, value]) => value.length >= LEAST_LENGTH && !PLAIN.test(name) && text.includes(value))
    .sort(([, one], [, other]) => other.length - one.length);
  return hidden.reduce((shown, [name, value]) => shown.replaceAll(value, () => `\${${name}}`), text);
}
