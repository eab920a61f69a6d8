/** The names allowed in `${…}`, in addition to `port.NAME` and `env.NAME`. */
export const VARIABLES = ['config_path', 'config_stem', 'agent_id', 'service_id'] as const;

/**
 * The value of a variable in one service, by its full name (`agent_id`, `port.http`, `env.HOME`); undefined: it has no
 * value there.
 */
export type ValueOf = (variable: string) => string | undefined;

export type Filled =
  | { readonly type: 'filled'; readonly text: string }
  | { readonly type: 'absent'; readonly variable: string };

/** `$$`, `${name}`, or an unclosed `${`. Any other dollar sign is literal. */
const TOKEN = /\$\$|\$\{([^}]*)(\}?)/g;

/** A named port of the service. */
const PORT = /^port\.([A-Za-z0-9][A-Za-z0-9_-]{0,63})$/;
/** A variable of the host's own environment. */
const ENV = /^env\.([^=\0\s]+)$/;

function isVariable(name: string): boolean {
  return VARIABLES.some((variable) => variable === name) || PORT.test(name) || ENV.test(name);
}

/** The name in `port.NAME`; null for any other variable. */
export function portName(variable: string): string | null {
  return PORT.exec(variable)?.[1] ?? null;
}

/** The name in `env.NAME`; null for any other variable. */
export function envName(variable: string): string | null {
  return ENV.exec(variable)?.[1] ?? null;
}

/** The problem of a template; null: none. The text itself is not quoted: it may be a secret in `env`. */
export function templateProblem(template: string): string | null {
  for (const [token, name = '', close] of template.matchAll(TOKEN)) {
    if (token === '$$') continue;
    if (close === '') return 'has a "${" without its "}" (a literal dollar is written "$$")';
    if (!isVariable(name)) {
      const known = [...VARIABLES, 'port.NAME', 'env.NAME'].map((variable) => `\${${variable}}`).join(', ');
      return `has the unknown variable "\${${name}}"; the variables are ${known} (a literal dollar is written "$$")`;
    }
  }
  return null;
}

/** Whether a valid template has a variable. */
export function hasVariables(template: string): boolean {
  return [...template.matchAll(TOKEN)].some(([token]) => token !== '$$');
}

/** An example of a valid template with its variables filled in: each is replaced by an `x`. */
export function sampleOf(template: string): string {
  const filled = fillTemplate(template, () => 'x');
  return filled.type === 'filled' ? filled.text : template;
}

/** Fills in a valid template. The inserted values are not processed again. */
export function fillTemplate(template: string, valueOf: ValueOf): Filled {
  const absent: string[] = [];
  const text = template.replace(TOKEN, (token, name: string | undefined) => {
    if (name === undefined) return '$';
    if (!isVariable(name)) return token;
    const value = valueOf(name);
    if (value === undefined) absent.push(name);
    return value ?? '';
  });
  const [variable] = absent;
  return variable === undefined ? { type: 'filled', text } : { type: 'absent', variable };
}
