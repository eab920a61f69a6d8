/** The methods of the API. */
export type Method = 'GET' | 'POST' | 'DELETE';

/** The address of an operation: method, path with `{name}` for each parameter, and aliases. */
export type Endpoint = readonly [method: Method, path: string, ...aliases: string[]];

/**
 * All operations by id. Plain data, separate from the schemas, so that the client needs nothing else at run time. Paths
 * have no trailing slash (the host accepts both forms); those without `/api` are for tools that expect them there.
 */
export const ENDPOINTS = {
  startAgent: ['POST', '/api/agents/start'],
  stopAgent: ['POST', '/api/agents/{id}/stop'],
  getAgentStatus: ['GET', '/api/agents/{id}/status'],
  listAgentIds: ['GET', '/api/agents'],
  getAgent: ['GET', '/api/agents/{id}'],
  listAgents: ['GET', '/api/agent-views'],
  defineAgent: ['POST', '/api/agents/{id}'],
  checkAgent: ['POST', '/api/agent-check'],
  startKnownAgent: ['POST', '/api/agents/{id}/start'],
  restartAgent: ['POST', '/api/agents/{id}/restart'],
  deleteAgent: ['DELETE', '/api/agents/{id}'],

  startTepAgent: ['POST', '/api/agents/demos/tep/start', '/demo/tep/start'],
  stopTepAgent: ['POST', '/api/agents/demos/tep/{id}/stop', '/demo/tep/{id}/stop'],
  getTepAgentStatus: ['GET', '/api/agents/demos/tep/{id}/status', '/demo/tep/{id}/status'],

  startIo: ['POST', '/api/io/start', '/api/coreio/start'],
  stopIo: ['POST', '/api/io/{id}/stop', '/api/coreio/{id}/stop'],
  getIoStatus: ['GET', '/api/io/{id}/status', '/api/coreio/{id}/status'],
  listIo: ['GET', '/api/io', '/api/coreio'],

  listServices: ['GET', '/api/services'],
  getService: ['GET', '/api/services/{id}'],
  explainService: ['GET', '/api/services/{id}/explain'],
  getServiceHistory: ['GET', '/api/services/{id}/history'],
  listLaunches: ['GET', '/api/services/{id}/launches'],
  getServiceUsage: ['GET', '/api/services/{id}/usage'],
  getAgentHistory: ['GET', '/api/agents/{id}/history'],
  startService: ['POST', '/api/services/{id}/start'],
  stopService: ['POST', '/api/services/{id}/stop'],
  restartService: ['POST', '/api/services/{id}/restart'],
  signalService: ['POST', '/api/services/{id}/signal'],
  acknowledgeService: ['POST', '/api/services/{id}/acknowledge'],
  getVersions: ['GET', '/api/services/{id}/version'],
  pinVersion: ['POST', '/api/services/{id}/version'],
  deleteService: ['DELETE', '/api/services/{id}'],
  readLogs: ['GET', '/api/services/{id}/logs'],
  readMergedLogs: ['GET', '/api/logs'],

  streamEvents: ['GET', '/api/events'],
  listEvents: ['GET', '/api/events/history'],
  getTimeline: ['GET', '/api/timeline'],
  listCommands: ['GET', '/api/audit'],

  listWebhooks: ['GET', '/api/webhooks'],
  muteWebhook: ['POST', '/api/webhooks/{name}/mute'],
  unmuteWebhook: ['DELETE', '/api/webhooks/{name}/mute'],

  listMachines: ['GET', '/api/machines'],
  getMachine: ['GET', '/api/machines/{name}'],
  getServiceGraph: ['GET', '/api/service-graph'],

  reloadConfig: ['POST', '/api/config/reload'],
  listConfigRevisions: ['GET', '/api/config/revisions'],
  getConfigRevision: ['GET', '/api/config/revisions/{number}'],
  getConfigDiff: ['GET', '/api/config/diff'],

  shutdown: ['POST', '/api/shutdown'],
  getHealth: ['GET', '/api/healthcheck'],
  acknowledgeHealth: ['POST', '/api/health/acknowledge'],
  getLiveness: ['GET', '/livez'],
  getReadiness: ['GET', '/readyz'],
  getMetrics: ['GET', '/metrics'],
  getUsage: ['GET', '/api/usage'],

  getSession: ['GET', '/api/session'],
  signIn: ['POST', '/api/session'],
  signOut: ['DELETE', '/api/session'],
  getSignInScript: ['GET', '/sign-in.js'],
  getSignInStyle: ['GET', '/sign-in.css'],

  getInspector: ['GET', '/inspector'],
  getStatelyInspector: ['GET', '/inspector/stately'],
  getInspectorAsset: ['GET', '/inspector/assets/{name}'],

  getRoot: ['GET', '/'],
  getDocs: ['GET', '/docs'],
  getDocsAsset: ['GET', '/docs/assets/{name}'],
  getOpenApi: ['GET', '/openapi.json'],

  getDashboard: ['GET', '/ui'],
  getDashboardAsset: ['GET', '/ui/assets/{name}'],
} as const satisfies Readonly<Record<string, Endpoint>>;

/** The unique name of an operation. */
export type OperationId = keyof typeof ENDPOINTS;
