/** The names that `${…}` may hold wherever variables may stand, beside `port.NAME` and `env.NAME`. */
export const VARIABLES = ['config_path', 'config_stem', 'agent_id', 'service_id'] as const;

/**
 * What the variables stand for in one service, by their whole name (`agent_id`, `port.http`, `env.HOME`); undefined: it has
 * no meaning there.
 */
export type ValueOf = (variable: string) => string | undefined;

export type Filled =
  { readonly type: 'filled'; readonly text: string } | { readonly type: 'absent'; readonly variable: string };

/** `$$`, `${name}`, or a `${` that is never closed. Any other dollar is itself. */
const TOKEN = /\$\$|\$\{([^}]*)(\}?)/g;

/** A port of the service's own, allocated under a name. */
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

/** What is wrong with a template; null: nothing. The text itself is not quoted: it may be a secret of `env`. */
export function templateProblem(template: string): string | null {
  for (const [token, name = '', close] of template.matchAll(TOKEN)) {
    if (token === '$$') continue;
    if (close === '') return 'has a "${" without its "}" (a literal dollar is written "$$")';
    if (!isVariable(name)) {
      const known = [...VARIABLES, 'port.NAME', 'env.NAME'].map((variable) => `\${${variable}}`).join(', ');
      return `has the unknown variable "\${${name}}"; there are ${known} (a literal dollar is written "$$")`;
    }
  }
  return null;
}

/** Whether a template without problems has a variable. */
export function hasVariables(template: string): boolean {
  return [...template.matchAll(TOKEN)].some(([token]) => token !== '$$');
}

/** What a template without problems may look like once it is filled in: each variable stands for an `x`. */
export function sampleOf(template: string): string {
  const filled = fillTemplate(template, () => 'x');
  return filled.type === 'filled' ? filled.text : template;
}

/** Fills in a template without problems. What is filled in is not looked at again. */
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
