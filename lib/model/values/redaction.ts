/** Shorter values are words and numbers of every day; to hide them would make sentences riddles. */
const LEAST_LENGTH = 6;

/**
 * What these hold everybody on the machine may know, and it stands in every path; npm puts dozens of words around what it runs, and
 * begins the names of credentials with `npm_config__`.
 */
const PLAIN =
  /^(PATH|HOME|PWD|OLDPWD|INIT_CWD|SHELL|USER|LOGNAME|HOSTNAME|LANG|LANGUAGE|LC_\w+|TZ|TERM|TMPDIR|EDITOR|PAGER|NODE|_|XDG_\w+|npm_(?!config__)\w+)$/;

/** Puts `${NAME}` for each value of an environment that stands in a text; made once for many texts. */
export function redactor(env: Readonly<Record<string, string>>): (text: string) => string {
  const values = Object.entries(env)
    .filter(([name, value]) => value.length >= LEAST_LENGTH && !PLAIN.test(name))
    .sort(([, one], [, other]) => other.length - one.length);
  return (text) =>
    values.reduce((shown, [name, value]) => {
      // Only what stood there before is hidden: a name that was put in is none of the values.
      return text.includes(value) ? shown.replaceAll(value, () => `\${${name}}`) : shown;
    }, text);
}

/** A text with each value of an environment that stands in it put as `${NAME}`: sentences get into answers, events and logs. */
export function withoutValues(text: string, env: Readonly<Record<string, string>>): string {
  return redactor(env)(text);
}
