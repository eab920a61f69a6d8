import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { parse } from 'yaml';
import { hostConfig } from '../../../../lib/config/effective.ts';
import { jsonSchemaFor, type SchemaSubject } from '../../../../lib/config/schema/json-schema.ts';
import { effectiveYaml } from '../../../../lib/config/show.ts';

const validators = new Map<SchemaSubject, ValidateFunction>();

/** Created once: compiling a schema takes a while. */
function validator(subject: SchemaSubject): ValidateFunction {
  const known = validators.get(subject);
  if (known !== undefined) return known;
  const made = new Ajv2020({ strict: true, strictTypes: false, allErrors: true }).compile(jsonSchemaFor(subject));
  validators.set(subject, made);
  return made;
}

function problems(subject: SchemaSubject, text: string): readonly string[] {
  const validate = validator(subject);
  return validate(parse(text, { merge: true })) ? [] : (validate.errors ?? []).map(({ instancePath }) => instancePath);
}

const ALL_EVENTS = `
kinds:
  corerl: &corerl
    executable: corerl
    version: ^1.2
    args: [--config-name, "\${config_path}", 1.5, true]
    env: { PORT: "\${port.http}", N: 5 }
    env_file: secrets.env
    cwd: data
    restart: on_failure
    success_exit_codes: [0, 3]
    backoff: { initial: 1.5s, factor: 1.5, max: 1m, jitter: 0, reset_after: 1h }
    intensity: { max_restarts: 3, period: 60s }
    recover_after: never
    settle: 0ms
    probes:
      startup: { log_line: { pattern: ready }, failure_threshold: 30, period: 50ms }
      readiness: { http: { port: 7100, path: /x, host: "::1", status: ["204", "200-299", 418] }, success_threshold: 2 }
      liveness: null
    stop: { signal: SIGINT, grace: 1m }
    depends_on: { coreio: healthy }
    logs: { max_bytes: 64KiB, keep: 1 }
    limits: { open_files: 64, processes: unlimited, core_size: 0, address_space: 1GiB }
    user: svc
    group: 20
    pod: { image: a, volumes: [{ path: /a, claim: a }], requests: { cpu: 0.5, memory: 1MiB }, limits: { cpu: 250m } }
    shareable: false
    autostart: true
  other:
    <<: *corerl
    probes: { readiness: { tcp: { port: "\${port.http}" } }, liveness: { exec: { command: [check, "1"] } } }
    recover_after: 5m
agent_types: { default: { services: [coreio], strategy: one_for_all }, x: {} }
services: { t: { kind: corerl, autostart: false } }
`;

describe('the JSON Schema of a configuration', function () {
  this.timeout(10_000); // the first test compiles the validator

  it('accepts every key, an empty file, and the effective configuration of the host', () => {
    for (const text of [ALL_EVENTS, '', '# nothing', 'kinds: {}', effectiveYaml(hostConfig(null))]) {
      expect(problems('host', text), text).to.deep.equal([]);
    }
  });

  it('accepts any file of an agent, and its section', () => {
    const section = 'coredinator: { kinds: { corerl: { settle: 1s } }, agent_type: x, coreio_id: io }';
    for (const text of ['', 'gamma: 0.9', 'coredinator:', section]) {
      expect(problems('agent', text), text).to.deep.equal([]);
    }
  });

  const wrong: readonly (readonly [subject: SchemaSubject, text: string, at: string])[] = [
    ['host', 'kindz: {}', ''],
    ['host', 'kinds: { "a b": {} }', '/kinds'],
    ['host', 'kinds: { a: { setle: 1s } }', '/kinds/a'],
    ['host', 'kinds: { a: { settle: 5 } }', '/kinds/a/settle'],
    ['host', 'kinds: { a: { settle: 5 min } }', '/kinds/a/settle'],
    ['host', 'kinds: { a: { logs: { max_bytes: 10MB } } }', '/kinds/a/logs/max_bytes'],
    ['host', 'kinds: { a: { limits: { open_files: 3 } } }', '/kinds/a/limits/open_files'],
    ['host', 'kinds: { a: { user: "-x" } }', '/kinds/a/user'],
    ['host', 'kinds: { a: { stop: { signal: TERM } } }', '/kinds/a/stop/signal'],
    ['host', 'kinds: { a: { depends_on: { b: ready } } }', '/kinds/a/depends_on/b'],
    ['host', 'kinds: { a: { probes: { ready: {} } } }', '/kinds/a/probes'],
    ['host', 'kinds: { a: { probes: { readiness: { http: { prot: 1 } } } } }', '/kinds/a/probes/readiness/http'],
    ['host', 'agent_types: { a: { strategy: all } }', '/agent_types/a/strategy'],
    ['agent', 'coredinator: { services: {} }', '/coredinator'],
    ['agent', 'coredinator: 7', '/coredinator'],
  ];
  for (const [subject, text, at] of wrong) {
    it(`rejects ${text}`, () => {
      expect(problems(subject, text)).to.include(at);
    });
  }

  it('describes every key', () => {
    const missing: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const { properties } = node as { readonly properties?: Readonly<Record<string, object>> }; // as JSON Schema has it
      for (const [key, schema] of Object.entries(properties ?? {})) {
        if (!('description' in schema)) missing.push(`${path}.${key}`);
      }
      for (const [key, value] of Object.entries(node)) visit(value, `${path}.${key}`);
    };
    for (const subject of ['host', 'agent'] as const) visit(jsonSchemaFor(subject), subject);
    expect(missing).to.deep.equal([]);
  });
});
