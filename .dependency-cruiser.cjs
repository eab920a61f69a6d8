/**
 * The import directions of the rooms (docs/architecture.md). Each rule says why it is there and what to do when it fires.
 *
 * No import runs upwards: model < ports < actors and adapters < control < http < host < cli < main. Most rooms are kept below the
 * others by the list of what they may import; host/ and cli/, which may import nearly everything, by a rule about what is above them.
 */
/** Files of cli/ that need the whole host or its configuration, and are loaded when their command is run. */
const loadedWhenRun = '^lib/cli/(serve/serve|config/(config-commands|check|check-report))\\.ts$';
const adapters = ['process', 'kubernetes', 'logs', 'probe', 'store', 'config', 'metrics', 'webhook', 'inspect'];
/** Adapters that are told of launches or make them: they share launching/. */
const launching = ['process', 'kubernetes', 'logs'];

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle means two rooms know each other. Remedy: move the shared word down into model/ or ports/.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'model-is-pure',
      comment: 'model/ decides without time, I/O or actors. Remedy: pass the fact in as an argument.',
      severity: 'error',
      from: { path: '^lib/model/', pathNot: '-schema\\.ts$' },
      to: { pathNot: '^lib/model/|node_modules/semver' },
    },
    {
      name: 'schemas-only-check',
      comment:
        'A schema stands beside the type that it checks, so that the compiler compares them; it knows zod and words. Remedy: ' +
        'decide and act in the file without -schema in its name.',
      severity: 'error',
      from: { path: '^lib/(model|actors)/.*-schema\\.ts$' },
      to: { pathNot: '^lib/actors/.*(-schema|/context)\\.ts$|^lib/model/|node_modules/zod' },
    },
    {
      name: 'ports-know-only-the-model',
      comment: 'A port is a type that any implementation can fulfil. Remedy: describe the need in words of model/.',
      severity: 'error',
      from: { path: '^lib/ports/' },
      to: { pathNot: '^lib/(model|ports)/' },
    },
    {
      name: 'actors-know-no-io',
      comment:
        'Statecharts act through ports, so that they can be run on a simulated clock. Remedy: add the effect to a port.',
      severity: 'error',
      from: { path: '^lib/actors/', pathNot: '-schema\\.ts$' },
      to: { pathNot: '^lib/(model|ports|actors)/|node_modules/xstate' },
    },
    {
      name: 'control-knows-no-io',
      comment: 'Commands and views work over ports. Remedy: take the adapter as a port in the composition root.',
      severity: 'error',
      from: { path: '^lib/control/' },
      to: { pathNot: '^lib/(model|ports|actors|control)/|^lib/api/schemas/|node_modules/xstate' },
    },
    ...adapters.map((room) => ({
      name: `${room}-is-an-adapter`,
      comment: 'An adapter implements ports and knows no other adapter. Remedy: describe what it needs as a port.',
      severity: 'error',
      from: { path: `^lib/${room}/` },
      to: {
        path: '^lib/',
        pathNot: `^lib/(model|ports|expression|${launching.includes(room) ? 'launching|' : ''}${room})/`,
      },
    })),
    {
      name: 'expressions-have-their-room',
      comment:
        'An expression that a user gives must be searched for in linear time, and its engine is loaded when there is one. Remedy: ' +
        'parseExpression (lib/expression/expression.ts).',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/expression/' },
      to: { path: 'node_modules/re2js' },
    },
    {
      name: 'expressions-know-nobody',
      comment: 'expression/ takes texts and says whether they match. Remedy: hand it the text.',
      severity: 'error',
      from: { path: '^lib/expression/' },
      to: { pathNot: '^lib/expression/|node_modules/re2js|^(node:)?module$' },
    },
    {
      name: 'launching-fits-every-engine',
      comment:
        'launching/ is what launches have in common, whatever engine makes them: an engine for another kind of machine imports it too. ' +
        'Remedy: leave what knows processes of this machine in process/.',
      severity: 'error',
      from: { path: '^lib/launching/' },
      to: { path: '^lib/', pathNot: '^lib/(model|ports|launching)/' },
    },
    {
      name: 'launching-is-for-engines',
      comment:
        'Only who makes launches, or reads what they write, needs launching/. Remedy: ask the ProcessHost or the ServiceLogs port.',
      severity: 'error',
      from: { path: '^lib/', pathNot: `^lib/(launching|${launching.join('|')})/` },
      to: { path: '^lib/launching/' },
    },
    {
      name: 'api-is-data',
      comment:
        'api/ is the outside view as data: schemas, operations, problems. Remedy: act in http/, or in the client.',
      severity: 'error',
      from: { path: '^lib/api/' },
      to: { pathNot: '^lib/(model|api)/|node_modules/zod|^(node:)?os$' },
    },
    {
      name: 'client-runs-anywhere',
      comment:
        'client/ runs in browsers too, without zod: of api/ it takes paths as they are and the rest as types. Remedy: import type.',
      severity: 'error',
      from: { path: '^lib/client/', pathNot: '^lib/client/node-fetch\\.ts$' },
      to: { pathNot: '^lib/(api|client)/|node_modules/(eventsource-parser|zod)' },
    },
    {
      name: 'node-fetch-stands-apart',
      comment: 'What a browser loads of the client must not bring node:http along. Remedy: take a fetch as an option.',
      severity: 'error',
      from: { path: '^lib/(client|dashboard)/' },
      to: { path: '^lib/client/node-fetch\\.ts$' },
    },
    {
      name: 'node-fetch-needs-nothing-but-node',
      comment: 'It is given away beside the client, to programs that have nothing else of a host. Remedy: import type.',
      severity: 'error',
      from: { path: '^lib/client/node-fetch\\.ts$' },
      to: { pathNot: '^(node:)?(https?|stream|stream/consumers|tls)$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'client-loads-no-schema',
      comment: 'What the client loads of api/ is its paths. Remedy: import type.',
      severity: 'error',
      from: { path: '^lib/client/' },
      to: { path: '^lib/api/|node_modules/zod', pathNot: '^lib/api/paths\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'http-knows-no-adapters',
      comment:
        'Routes speak to control/ only; expression/ has no I/O. Remedy: add the question or the command to control/.',
      severity: 'error',
      from: { path: '^lib/http/' },
      to: { path: '^lib/', pathNot: '^lib/(model|expression|ports|control|api|http)/' },
    },
    {
      name: 'machines-are-texts',
      comment:
        'machines/ takes statecharts, whichever they are, and gives texts. Remedy: hand it the machine in the composition root.',
      severity: 'error',
      from: { path: '^lib/machines/' },
      to: { pathNot: '^lib/(model|ports|machines)/|node_modules/(xstate|@viz-js)|^(node:)?(worker_threads|module)$' },
    },
    {
      name: 'graphviz-has-its-room',
      comment:
        'Graphviz is megabytes of WebAssembly, loaded with the first drawing. Remedy: add the drawing to machines/.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/machines/' },
      to: { path: 'node_modules/@viz-js' },
    },
    {
      name: 'dashboard-speaks-through-the-client',
      comment:
        'dashboard/ runs in a browser and knows the host as any client does: through lib/client and the types of what goes over the ' +
        'wire. Remedy: add the question to the API, and import type.',
      severity: 'error',
      from: { path: '^lib/dashboard/' },
      to: { path: '^lib/', pathNot: '^lib/(dashboard|report|frontend|client|api)/' },
    },
    {
      name: 'frontend-knows-a-host-as-any-client',
      comment:
        'frontend/ is what everything that shows a host has in common, in browsers and terminals: it asks through lib/client and draws ' +
        'nothing. Remedy: draw in dashboard/ or cli/, and add the question to the API.',
      severity: 'error',
      from: { path: '^lib/frontend/' },
      to: { pathNot: '^lib/(frontend|client|api)/|node_modules/(xstate|zod)' },
    },
    {
      name: 'frontend-loads-no-schema',
      comment: 'What a page or a terminal loads of the host is its client. Remedy: import type.',
      severity: 'error',
      from: { path: '^lib/frontend/' },
      to: { path: '^lib/api/|node_modules/zod', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'report-is-a-document',
      comment:
        'report/ makes one document of what a host answers, in browsers and terminals: it reads through lib/client and gives a text. ' +
        'Remedy: add the question to the API, and write or download the text in cli/ or dashboard/.',
      severity: 'error',
      from: { path: '^lib/report/' },
      to: { pathNot: '^lib/(report|frontend|client|api|model)/' },
    },
    {
      name: 'report-loads-no-schema',
      comment: 'What a page or a terminal loads of the host is its client. Remedy: import type.',
      severity: 'error',
      from: { path: '^lib/report/' },
      to: { path: '^lib/api/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'report-loads-when-asked-for',
      comment: 'Few who open the page or run a command want a report. Remedy: import() it.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/report/' },
      to: { path: '^lib/report/', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'dashboard-loads-no-schema',
      comment: 'What the page loads of the host is its client. Remedy: import type.',
      severity: 'error',
      from: { path: '^lib/dashboard/' },
      to: { path: '^lib/api/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'dashboard-is-bundled',
      comment:
        'What the page is built from is no dependency of the package, so nothing else may import it. Remedy: keep it in dashboard/.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/dashboard/' },
      to: { path: '^lib/dashboard/|node_modules/(react-dom|react-aria-components|@tanstack|anser|uplot)/' },
    },
    {
      name: 'terminal-interface-has-its-room',
      comment:
        'Ink with React takes longer to load than any command needs, and only the screen of `top` draws with it. Remedy: make lines of text, ' +
        'and let cli/top/app.tsx draw them.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/(dashboard/|cli/top/(app|live)\\.tsx$)' },
      to: { path: 'node_modules/(ink|react)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'terminal-interface-loads-when-run',
      comment: 'What is not shown on a terminal, and all other commands, need no interface. Remedy: import() it.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/cli/top/(app|live)\\.tsx$' },
      to: { path: '^lib/cli/top/(app|live)\\.tsx$', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'kubernetes-client-has-its-room',
      comment:
        'The official client is an optional package of 62, loaded to read a kubeconfig alone. Remedy: KubernetesClient (lib/kubernetes/api).',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: 'node_modules/@kubernetes/', dependencyTypesNot: ['type-only'], dynamic: false },
    },
    {
      name: 'kubernetes-client-reads-kubeconfigs',
      comment: 'See kubernetes-client-has-its-room.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/kubernetes/api/kubeconfig\\.ts$' },
      to: { path: 'node_modules/@kubernetes/' },
    },
    {
      name: 'engines-load-when-chosen',
      comment:
        'A host has one engine, and must not pay for the others. Remedy: open it with openEngine (host/engine/open-engine.ts).',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^lib/host/engine/[a-z]+-engine\\.ts$', pathNot: '/open-engine\\.ts$', dynamic: false },
    },
    {
      name: 'doctor-only-asks',
      comment:
        'doctor/ examines a machine by asking the adapters what they would find; it runs no host. Remedy: add the question to ' +
        'the adapter.',
      severity: 'error',
      from: { path: '^lib/doctor/' },
      to: { path: '^lib/', pathNot: '^lib/(model|ports|process|store|config|doctor)/|^lib/kubernetes/doctor/' },
    },
    {
      name: 'host-knows-no-command-line',
      comment:
        'host/ puts a host together from options that are already read, so that another program could run one. Remedy: read and print in ' +
        'cli/, and hand host/ the value.',
      severity: 'error',
      from: { path: '^lib/host/' },
      to: { path: '^lib/(cli|client|doctor|report|dashboard)/' },
    },
    {
      name: 'boot-knows-nobody',
      comment:
        'It loads the bundle of a host, in which all the others are. Remedy: what it should load goes into scripts/build/bundle.js.',
      severity: 'error',
      from: { path: '^lib/boot/' },
      to: { path: '^lib/', pathNot: '^lib/boot/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nobody-imports-boot',
      comment: 'Only the bundler puts it in the place of cli/serve/serve.ts. Remedy: import that.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/boot/' },
      to: { path: '^lib/boot/' },
    },
    {
      name: 'nobody-imports-the-program',
      comment:
        'main.ts stands above all rooms, and is the only place that ends the process. Remedy: move what you need of it to cli/ or host/.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/main\\.ts$' },
      to: { path: '^lib/[^/]*\\.ts$' },
    },
    {
      name: 'commands-load-when-run',
      comment:
        'Help, completion and commands to a host answer at once, so they must not load the store, the statecharts or the server. ' +
        'Remedy: import() it in the task of the command.',
      severity: 'error',
      from: { path: '^lib/(cli/|main\\.ts$)', pathNot: loadedWhenRun },
      to: {
        path: `^lib/(actors|control|launching|${adapters.join('|')}|machines|http|doctor|host)/|${loadedWhenRun}|node_modules/(zod|yaml|pino)`,
        pathNot: '^lib/host/(exit-codes|version)\\.ts$',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'child-process-has-its-rooms',
      comment:
        'Only process/ launches, logs/ has the shim punch holes, probe/ runs the short commands of its checks, the doctor asks systemctl, and ' +
        'the host tells systemd how it is. Remedy: use the ProcessHost or the Prober port.',
      severity: 'error',
      from: {
        path: '^lib/',
        pathNot:
          '^lib/(process|probe)/|^lib/logs/plain/punch-holes\\.ts$|^lib/doctor/systemctl\\.ts$|^lib/host/sd-notify\\.ts$',
      },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'tree-kill-is-for-windows',
      comment:
        'It kills whatever a list of processes says, unproven; on POSIX systems each member of a tree is proven before it is signalled. ' +
        'Remedy: end trees by Ending (lib/process/tree/terminate.ts).',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/process/os/kill-tree\\.ts$' },
      to: { path: 'node_modules/tree-kill' },
    },
    {
      name: 'kill-tree-serves-the-ending',
      comment: 'Only who knows the platform may use it. Remedy: end trees by Ending (lib/process/tree/terminate.ts).',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/process/tree/terminate\\.ts$' },
      to: { path: '^lib/process/os/kill-tree\\.ts$' },
    },
    {
      name: 'prom-client-has-its-room',
      comment:
        'Who has something to measure tells a port (lib/ports/meter.ts). Remedy: add the measure to the port, and the family to ' +
        'metrics/.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/metrics/' },
      to: { path: 'node_modules/prom-client' },
    },
    {
      name: 'webhooks-are-signed-in-one-room',
      comment: 'Only webhook/ knows how requests are signed. Remedy: give it the event and let it make the request.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/webhook/' },
      to: { path: 'node_modules/standardwebhooks' },
    },
    {
      name: 'web-sockets-have-their-room',
      comment:
        'Only inspect/ and the client of the Kubernetes API speak over WebSockets; http/ says who may open one. Remedy: hand the ' +
        'connection to inspect/, or call execInPod.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/(inspect/|kubernetes/api/exec\\.ts$)' },
      to: { path: 'node_modules/ws' },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nobody imports is dead. Remedy: delete it.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '^lib/main\\.ts$',
          '^scripts/',
          '^lib/process/shim/',
          '^lib/http/pages/',
          '^lib/dashboard/vite\\.config',
        ],
      },
      to: {},
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
