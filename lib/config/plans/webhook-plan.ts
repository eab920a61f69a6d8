import { resolve } from 'node:path';
import type { WebhookSpec } from '../../model/webhook.ts';
import { readBounded } from '../bounded-file.ts';
import type { Effective } from '../effective.ts';
import type { Path, Problem } from '../problems.ts';
import { envName, fillTemplate } from '../schema/template.ts';
import type { WebhookConfig } from '../schema/webhook-schema.ts';
import type { YamlSource } from '../yaml/yaml-source.ts';
import { hostVariable, type PlanSite } from './service-plan.ts';

type Site = Pick<PlanSite, 'basePath' | 'env'>;
type Note = (key: string, message: string) => void;

const MAX_SECRET_BYTES = 4096;
const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const SECRET_FORM =
  'must be "whsec_" followed by 24 to 64 random bytes in base64; create one with: echo "whsec_$(openssl rand -base64 32)"';

/**
 * All webhooks, with their variables filled in and their secrets read. Throws ConfigInvalidError, whose messages quote
 * neither URL nor secret.
 */
export async function planWebhooks(
  { webhooks }: Pick<Effective, 'webhooks'>,
  site: Site,
  source: YamlSource | null,
): Promise<readonly WebhookSpec[]> {
  const problems: Problem[] = [];
  const specs: WebhookSpec[] = [];
  for (const [name, config] of webhooks) {
    const note: Note = (key, message) => problems.push({ path: pathOf(name, key, config), message });
    const url = urlOf(config, site, note);
    const secret = await secretOf(config, site, note);
    specs.push({
      name,
      url,
      secret,
      filter: { agentIds: config.agents ?? [], serviceIds: config.services ?? [], types: config.events },
      timeoutMs: config.timeout,
      giveUpAfterMs: config.give_up_after,
      ...(config.include_output ? { includeOutput: true } : {}),
    });
  }
  if (problems.length > 0 && source !== null) throw source.refuse(problems);
  return specs;
}

/** The path of a key; that of the webhook if the key is missing. */
function pathOf(name: string, key: string, config: WebhookConfig): Path {
  return Object.hasOwn(config, key) ? ['webhooks', name, key] : ['webhooks', name];
}

function urlOf(config: WebhookConfig, site: Site, note: Note): string {
  const url = filled('url', config.url, site, note);
  if (url === null) return '';
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:') {
    note('url', 'must be an http or https URL such as https://example.com/events');
  }
  return url;
}

async function secretOf(config: WebhookConfig, site: Site, note: Note): Promise<string> {
  if ((config.secret === undefined) === (config.secret_file === undefined)) {
    const problem = config.secret === undefined ? 'has no secret: set' : 'has two secrets: set only';
    note('', `${problem} secret ("\${env.NAME}" keeps it out of the file) or secret_file`);
    return '';
  }
  if (config.secret !== undefined) {
    const secret = filled('secret', config.secret, site, note);
    if (secret !== null && !isSecret(secret)) note('secret', SECRET_FORM);
    return secret ?? '';
  }
  return await secretFromFile(config.secret_file ?? '', site, note);
}

async function secretFromFile(template: string, site: Site, note: Note): Promise<string> {
  const path = filled('secret_file', template, site, note);
  if (path === null) return '';
  const file = resolve(site.basePath, path);
  const read = await readBounded(file, MAX_SECRET_BYTES);
  if (read.type !== 'read') {
    const why = read.type === 'failed' ? `cannot be read (${read.code})` : 'is not a file of at most 4 KiB';
    note('secret_file', `names "${file}", which ${why}`);
    return '';
  }
  const secret = new TextDecoder().decode(read.bytes).trim();
  if (!isSecret(secret)) note('secret_file', `names "${file}", whose content is not a valid secret: it ${SECRET_FORM}`);
  return secret;
}

function isSecret(text: string): boolean {
  const [, base64 = ''] = SECRET.exec(text) ?? [];
  const bytes = base64.length % 4 === 0 ? Buffer.from(base64, 'base64').length : 0;
  return bytes >= 24 && bytes <= 64;
}

/** Null: a variable has no value, which is recorded as a problem. */
function filled(key: string, template: string, site: Site, note: Note): string | null {
  const result = fillTemplate(template, (variable) => hostVariable(variable, site));
  if (result.type === 'filled') return result.text;
  const name = envName(result.variable);
  note(
    key,
    name === null
      ? `uses \${${result.variable}}, which has no value in a webhook`
      : `uses \${${result.variable}}, but the environment of the host has no variable "${name}"`,
  );
  return null;
}
