import type { z } from 'zod';
import type { agentTypeSchema, hostSchema, kindSchema } from './schema.ts';

/** What a kind has where no document says otherwise. The series of waits: 250ms, 500ms, 1s, … 30s, each +-20 %. */
export const POLICY = {
  args: [],
  env: {},
  restart: 'always',
  backoff: { initial: '250ms', factor: 2, max: '30s', jitter: 0.2, reset_after: '60s' },
  intensity: { max_restarts: 3, period: '60s' },
  recover_after: '30s',
  success_exit_codes: [0],
  settle: '200ms',
  stop: { signal: 'SIGTERM', grace: '5s' },
  depends_on: {},
  logs: { max_bytes: '10MiB', keep: 5 },
  shareable: false,
  autostart: true,
} satisfies Omit<z.input<typeof kindSchema>, 'executable'>;

const CONFIG_NAME = ['--config-name', '${config_path}'];

/** The document that `coredinator.yaml` is laid over. */
export const BUILT_IN = {
  kinds: {
    coreio: { executable: 'coreio', args: CONFIG_NAME, shareable: true },
    corerl: { executable: 'corerl', args: CONFIG_NAME, depends_on: { coreio: 'started' } },
    coretelemetry: { executable: 'coretelemetry' },
    coregateway: { executable: 'coregateway' },
  },
  agent_types: {
    default: { services: ['coreio', 'corerl'], strategy: 'one_for_one' },
  },
  services: {},
} satisfies z.input<typeof hostSchema>;

/** What an agent type has where no document says otherwise. */
export const AGENT_POLICY = { strategy: 'one_for_one' } satisfies Partial<z.input<typeof agentTypeSchema>>;
