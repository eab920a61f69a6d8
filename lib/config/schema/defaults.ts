import type { z } from 'zod';
import type { probesSchema } from './probe-schema.ts';
import type { agentTypeSchema, hostSchema, kindSchema } from './schema.ts';

/** The defaults of a kind. The series of waits: 250ms, 500ms, 1s, … 30s, each +-20 %. */
export const POLICY = {
  args: [],
  env: {},
  restart: 'always',
  backoff: { initial: '250ms', factor: 2, max: '30s', jitter: 0.2, reset_after: '60s' },
  intensity: { max_restarts: 3, period: '60s' },
  recover_after: '30s',
  success_exit_codes: [0],
  settle: '200ms',
  probes: { startup: null, readiness: null, liveness: null },
  stop: { signal: 'SIGTERM', grace: '5s' },
  depends_on: {},
  logs: { max_bytes: '10MiB', keep: 5 },
  output: 'separate',
  limits: {},
  shareable: false,
  autostart: true,
} satisfies Omit<z.input<typeof kindSchema>, 'executable'>;

/** The default timing of a probe, as in Kubernetes. */
export const PROBE_POLICY = {
  initial_delay: '0ms',
  period: '10s',
  timeout: '1s',
  success_threshold: 1,
  failure_threshold: 3,
} satisfies Partial<z.input<typeof probesSchema>['readiness']>;

/** The defaults of a TCP probe. */
export const TCP_POLICY = { host: '127.0.0.1' };

/** The defaults of an HTTP probe. */
export const HTTP_POLICY = { ...TCP_POLICY, path: '/api/healthcheck', status: ['200-399'] };

const CONFIG_NAME = ['--config-name', '${config_path}'];

/** The document over which `coredinator.yaml` is merged. */
export const BUILT_IN = {
  kinds: {
    coreio: { executable: 'coreio', args: CONFIG_NAME, depends_on: { opc_server: 'started' }, shareable: true },
    corerl: { executable: 'corerl', args: CONFIG_NAME, depends_on: { coreio: 'launched' } },
    coretelemetry: { executable: 'coretelemetry' },
    coregateway: { executable: 'coregateway' },
    opc_server: { executable: 'opc_server', args: CONFIG_NAME },
    opc_tep: { executable: 'opc_tep', args: CONFIG_NAME, depends_on: { opc_server: 'started' } },
  },
  agent_types: {
    default: { services: ['coreio', 'corerl'], strategy: 'one_for_one' },
    'tep-demo': { services: ['opc_server', 'opc_tep', 'coreio', 'corerl'], strategy: 'one_for_one' },
  },
  services: {},
  logs: { total_bytes: '10GiB' },
  engine: 'local',
} satisfies z.input<typeof hostSchema>;

/** The defaults of an agent type. */
export const AGENT_POLICY = { strategy: 'one_for_one' } satisfies Partial<z.input<typeof agentTypeSchema>>;
