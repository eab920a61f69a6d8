import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { hostConfig } from '../../../../lib/config/effective.ts';
import { planWebhooks } from '../../../../lib/config/plans/webhook-plan.ts';
import { effectiveYaml } from '../../../../lib/config/show.ts';
import { parseYaml } from '../../../../lib/config/yaml/yaml-source.ts';
import type { WebhookSpec } from '../../../../lib/model/webhook.ts';
import { rejection } from '../../../support/rejection.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ENV = { HOOK_SECRET: SECRET, HOOK_HOST: 'hooks.example.com' };

function source(text: string) {
  return parseYaml('/plant/coredinator.yaml', Buffer.from(text));
}

async function plan(text: string, basePath = '/plant'): Promise<readonly WebhookSpec[]> {
  const file = source(text);
  return planWebhooks(hostConfig(file), { basePath, env: ENV }, file);
}

async function refusal(text: string): Promise<string> {
  const error = await rejection((async () => plan(text))());
  expect(error).to.be.instanceOf(Error);
  return (error as Error).message; // checked above
}

const hook = (more: string): string =>
  `webhooks:\n  alerts: { url: "http://a.example/x", events: [host.*], ${more} }\n`;

describe('webhooks in the configuration', () => {
  it('have defaults, and variables of the environment', async () => {
    const text = `
webhooks:
  alerts:
    url: https://\${env.HOOK_HOST}/coredinator
    events: [process.exited, service.*]
    secret: \${env.HOOK_SECRET}
  slow:
    url: http://10.0.0.1:7100/
    events: ['*']
    agents: [pump1]
    services: [pump1-corerl]
    secret: ${SECRET}
    timeout: 1m
    give_up_after: never
    include_output: true
`;
    expect(await plan(text)).to.deep.equal([
      {
        name: 'alerts',
        url: 'https://hooks.example.com/coredinator',
        secret: SECRET,
        filter: { agentIds: [], serviceIds: [], types: ['process.exited', 'service.*'] },
        timeoutMs: 10_000,
        giveUpAfterMs: 24 * 60 * 60_000,
      },
      {
        name: 'slow',
        url: 'http://10.0.0.1:7100/',
        secret: SECRET,
        filter: { agentIds: ['pump1'], serviceIds: ['pump1-corerl'], types: ['*'] },
        timeoutMs: 60_000,
        giveUpAfterMs: null,
        includeOutput: true,
      },
    ]);
    expect(await plan('kinds: {}')).to.deep.equal([]);
  });

  it('may have a type or a prefix that was renamed since', async () => {
    const text = `webhooks: { w: { url: "http://a.example/x", events: [process.stray, process.str*], secret: ${SECRET} } }`;
    expect((await plan(text))[0]?.filter.types).to.deep.equal(['process.stray', 'process.str*']);
  });

  it('are rejected with the position, the key and the nearest word', async () => {
    expect(await refusal(hook(`secret: ${SECRET}, time_out: 5s`))).to.match(
      /^\/plant\/coredinator\.yaml:2:\d+: webhooks\.alerts\.time_out is an unknown key; the nearest known key is "timeout"/,
    );
    expect(await refusal('webhooks: { a: { url: "http://a.example", events: [process.exitted] } }')).to.include(
      'webhooks.a.events[0] matches no event type; the nearest to "process.exitted" is "process.exited"',
    );
    expect(await refusal('webhooks: { a: { url: "http://a.example", events: [] } }')).to.include('must not be empty');
    expect(await refusal('webhooks: { a: { events: [host.*] } }')).to.include('webhooks.a.url is missing');
    expect(await refusal('webhooks: { a: { url: "http://a.example" } }')).to.include('webhooks.a.events is missing');
    expect(await refusal(hook('timeout: 6m'))).to.include('webhooks.alerts.timeout must be 100ms to 5m');
    expect(await refusal(hook('give_up_after: soon'))).to.include('webhooks.alerts.give_up_after');
    expect(await refusal('webhooks: { "a b": { url: "http://a.example", events: [host.*] } }')).to.include(
      'is not a valid name',
    );
  });

  it('are rejected without a usable URL and secret, and neither is quoted', async () => {
    const messages = [
      await refusal(hook('timeout: 1s')),
      await refusal(hook(`secret: ${SECRET}, secret_file: x`)),
      await refusal(hook('secret: hunter2-hunter2')),
      await refusal(hook('secret: whsec_aHVudGVyMg==')),
      await refusal(hook('secret: "${env.NO_SUCH}"')),
      await refusal(hook('secret: "${config_path}"')),
      await refusal(hook('secret_file: no-such-file')),
      await refusal(`webhooks: { a: { url: "ftp://u:hunter2@a.example", events: [host.*], secret: ${SECRET} } }`),
      await refusal(`webhooks: { a: { url: "a.example/hunter2", events: [host.*], secret: ${SECRET} } }`),
    ];
    expect(messages.map((message) => message.replace(/^\S+ /, ''))).to.deep.equal([
      'webhooks.alerts has no secret: set secret ("${env.NAME}" keeps it out of the file) or secret_file.',
      'webhooks.alerts has two secrets: set only secret ("${env.NAME}" keeps it out of the file) or secret_file.',
      ...Array.from(
        { length: 2 },
        () =>
          'webhooks.alerts.secret must be "whsec_" followed by 24 to 64 random bytes in base64; create one with: echo "whsec_$(openssl rand -base64 32)".',
      ),
      'webhooks.alerts.secret uses ${env.NO_SUCH}, but the environment of the host has no variable "NO_SUCH".',
      'webhooks.alerts.secret uses ${config_path}, which has no value in a webhook.',
      'webhooks.alerts.secret_file names "/plant/no-such-file", which cannot be read (ENOENT).',
      'webhooks.a.url must be an http or https URL such as https://example.com/events.',
      'webhooks.a.url must be an http or https URL such as https://example.com/events.',
    ]);
    for (const message of messages) expect(message).not.to.match(/hunter2|aHVudGVyMg/);
  });

  it('are shown without their secrets', () => {
    const shown = (text: string): unknown =>
      (parse(effectiveYaml(hostConfig(source(text)))) as { webhooks: unknown }).webhooks; // the form of coredinator.yaml
    expect(
      shown(`
webhooks:
  a: { url: "https://user:hunter2@a.example/x@y", events: [host.*], secret: ${SECRET} }
  b: { url: "https://\${env.HOOK_HOST}/", events: [host.*], secret: "\${env.HOOK_SECRET}", timeout: 5s }
  c: { url: "https://a.example/x@y", events: [host.*], secret_file: keys/c }
`),
    ).to.deep.equal({
      a: { ...POLICY, url: 'https://<hidden>@a.example/x@y', events: ['host.*'], secret: '<hidden>' },
      b: {
        ...POLICY,
        url: 'https://${env.HOOK_HOST}/',
        events: ['host.*'],
        secret: '${env.HOOK_SECRET}',
        timeout: '5s',
      },
      c: { ...POLICY, url: 'https://a.example/x@y', events: ['host.*'], secret_file: 'keys/c' },
    });
    expect(effectiveYaml(hostConfig(null))).not.to.include('webhooks');
  });
});

const POLICY = { timeout: '10s', give_up_after: '24h', include_output: false };

describe('the secret of a webhook in a file', () => {
  it('is read from the base path, without its line end', async () => {
    const basePath = temporaryFolder();
    writeFileSync(join(basePath, 'hook.secret'), `${SECRET}\n`);
    expect((await plan(hook('secret_file: hook.secret'), basePath))[0]?.secret).to.equal(SECRET);
  });
});
