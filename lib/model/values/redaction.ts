/** Shorter values are everyday words and numbers; hiding them would make messages unreadable. */
const MIN_LENGTH = 6;

/**
 * The values of these are no secret and occur in every path; npm sets dozens of variables for what it runs, and the
 * names of credentials start with `npm_config__`.
 */
const PLAIN =
  /^(PATH|HOME|PWD|OLDPWD|INIT_CWD|SHELL|USER|LOGNAME|HOSTNAME|LANG|LANGUAGE|LC_\w+|TZ|TERM|TMPDIR|EDITOR|PAGER|NODE|_|XDG_\w+|npm_(?!config__)\w+)$/;

/** The value, and each of its lines (of a key, for instance), because texts are read by lines. */
function partsOf(value: string): readonly string[] {
  return value.includes('\n') ? [value, ...value.split(/\r?\n/)] : [value];
}

/** Returns a function that replaces each environment value in a text by `${NAME}`; make it once for many texts. */
export function redactor(env: Readonly<Record<string, string>>): (text: string) => string {
  const values = Object.entries(env)
    .filter(([name]) => !PLAIN.test(name))
    .flatMap(([name, value]) => partsOf(value).map((part) => [name, part] as const))
    .filter(([, value]) => value.length >= MIN_LENGTH)
    .sort(([, one], [, other]) => other.length - one.length);
  return (text) =>
    values.reduce((shown, [name, value]) => {
      // Only what was there before is hidden: an inserted name is not a value.
      return text.includes(value) ? shown.replaceAll(value, () => `\${${name}}`) : shown;
    }, text);
}

/** The text with each environment value replaced by `${NAME}`: messages end up in responses, events and logs. */
export function withoutValues(text: string, env: Readonly<Record<string, string>>): string {
  return redactor(env)(text);
}
