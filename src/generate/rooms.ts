/**
 * The rooms of `src`: what each folder holds and what it may import. The lint rules (import-rules.ts) and the pictures in
 * docs/architecture.md (architecture.ts) are generated from this table.
 */

/** A folder of `src`, or some of the files in one. */
export interface Room {
  /** What it holds, in one line. */
  readonly holds: string;
  /**
   * The rooms of the same folder that it may import, or rooms within them. Each of them comes earlier in the table. Imports from
   * outside of the folder follow the row of that folder.
   */
  readonly mayImport: readonly string[];
  /** Whether it must not import packages or modules of Node. */
  readonly pure?: boolean;
  /** Whether only the files that start a program may import it: every main.ts, and the files of `src` itself. */
  readonly mainOnly?: boolean;
  /** The rooms within it. */
  readonly rooms?: Rooms;
}

/** The rooms of one folder, from the ground up. A key names a folder or a file; `.` stands for all other files. */
export type Rooms = Readonly<Record<string, Room>>;

/** Whether a key names a file. */
export function isFile(name: string): boolean {
  return /\.m?[jt]s$/.test(name);
}

const ROLLOUT: Rooms = {
  model: { holds: 'What one pass reads and returns: snapshot, facts, commands, decisions, holds', mayImport: [] },
  records: { holds: 'What the records of batches say: receipts, settled nodes, goals, changes of status', mayImport: ['model'] },
  fleet: {
    holds: 'The nodes of a plan: order, budget, domains, revision, what is already done',
    mayImport: ['model', 'records'],
  },
  manifests: {
    holds: 'The objects that Baton creates: Job, agent Pod, test Pod, pull Pod, Lease',
    mayImport: ['model', 'fleet'],
  },
  turn: {
    holds: 'The turn of one node, from claim to release or quarantine',
    mayImport: ['model', 'records', 'fleet', 'manifests'],
    rooms: {
      drain: { holds: 'Which Pods to evict, and what keeps a drain from ending', mayImport: [] },
      '.': { holds: 'Decisions about a node in its turn, one file per kind of process', mayImport: ['drain'] },
    },
  },
  holds: { holds: 'What can hold a plan, one file per hold', mayImport: ['model', 'records', 'fleet'] },
  batch: { holds: 'How a batch is cut, and which of its turns open next', mayImport: ['model', 'records', 'fleet', 'holds'] },
  preparation: {
    holds: 'What happens before a batch: pre-flight checks, DaemonSet rules, pre-pull',
    mayImport: ['model', 'records', 'fleet', 'manifests', 'holds', 'batch'],
  },
  rollback: { holds: 'When a rollback is due, and how it is cut', mayImport: ['model', 'records', 'fleet', 'holds', 'batch'] },
  actions: {
    holds: 'Answers to UpgradeActions, one file per action',
    mayImport: ['model', 'records', 'fleet', 'holds', 'rollback'],
  },
  agent: { holds: 'Which node holds the baton, and its agent Pod', mayImport: ['model', 'records', 'fleet', 'manifests'] },
  status: {
    holds: 'What Baton reports about plans and batches',
    mayImport: ['model', 'records', 'fleet', 'turn', 'holds', 'batch', 'rollback'],
    rooms: {
      '.': { holds: 'What the rooms of `status` share', mayImport: [] },
      outlook: { holds: 'What comes next and when: forecast, expected end, the story of the rollout', mayImport: ['.'] },
      plan: { holds: 'Status and conditions of a plan', mayImport: ['.', 'outlook'] },
      batch: { holds: 'Status of a batch, its outbox and its alerts', mayImport: ['.', 'outlook', 'plan'] },
    },
  },
  '.': {
    holds: 'One whole pass: `decide`, and the deletion of plans and batches',
    mayImport: [
      ...['model', 'records', 'fleet', 'manifests', 'turn', 'holds', 'batch', 'preparation', 'rollback'],
      ...['actions', 'agent', 'status'],
    ],
  },
};

const CORE: Rooms = {
  'backoff.ts': { holds: 'How long to wait after failures in a row', mayImport: [] },
  '.': { holds: 'What the whole core shares: texts, quantities, selectors, conditions, facts about nodes', mayImport: [] },
  sinks: { holds: 'Sinks in a plan: their kinds, their Secrets, those shared with other plans', mayImport: ['.'] },
  timing: { holds: 'Checkpoints, estimates and overdue processes', mayImport: ['.'] },
  schedule: { holds: 'Maintenance windows and change freezes', mayImport: ['.'] },
  reports: { holds: 'Reports of upgrade processes, and the Events that carry them', mayImport: ['.', 'timing'] },
  silences: { holds: 'Which alerts to silence, and for how long', mayImport: ['.'] },
  notification: {
    holds: 'Notifications: what they contain and how they read',
    mayImport: ['.', 'timing'],
    rooms: {
      model: { holds: 'The notification as data', mayImport: [] },
      text: { holds: 'The notification as text', mayImport: ['model'] },
      consolidation: { holds: 'One notification made from the records of a batch', mayImport: ['model', 'text'] },
    },
  },
  baton: {
    holds: 'The Lease that names the agent, and the attempts and receipts of deliveries',
    mayImport: ['.', 'backoff.ts', 'sinks', 'notification/model'],
  },
  rollout: {
    holds: 'Every decision about a rollout: one pure function of a snapshot',
    mayImport: ['.', 'sinks', 'timing', 'schedule', 'reports', 'notification/model', 'baton'],
    rooms: ROLLOUT,
  },
  convert: { holds: 'Converts Plans of system-upgrade-controller to UpgradePlans', mayImport: ['.'] },
};

const KUBE: Rooms = {
  '.': { holds: 'What the rooms of `kube` share: resource paths, queues, pauses', mayImport: [] },
  client: { holds: 'The client of the API server: requests, retries, errors, streams of watch events', mayImport: ['.'] },
  'program-ports.ts': { holds: 'What every program depends on: API server, clock, log', mayImport: ['.', 'client'] },
  watch: { holds: 'Caches of objects, kept current by watches', mayImport: ['.', 'client'] },
  'safe-operator.ts': { holds: 'The control loop of an operator', mayImport: ['.', 'client', 'program-ports.ts', 'watch'] },
};

/** Kinds of sinks never import each other. */
const KINDS: Rooms = {
  alertmanager: { holds: 'Alertmanager', mayImport: [] },
  email: { holds: 'Mail through SMTP', mayImport: [] },
  events: { holds: 'Kubernetes Events', mayImport: [] },
  'pager-duty': { holds: 'PagerDuty', mayImport: [] },
  slack: { holds: 'Slack', mayImport: [] },
  teams: { holds: 'Microsoft Teams', mayImport: [] },
  webhook: { holds: 'Signed webhooks', mayImport: [] },
};

const NOTIFY: Rooms = {
  '.': { holds: 'What all sinks share: their interface, Secrets, severities, templates', mayImport: [] },
  http: { holds: 'HTTP requests to receivers, and what their answers mean', mayImport: ['.'] },
  'sink-environment.ts': { holds: 'What a sink works with: HTTP, Secrets, Events', mayImport: ['.', 'http'] },
  kinds: { holds: 'One folder per kind of sink', mayImport: ['.', 'http', 'sink-environment.ts'], rooms: KINDS },
  'sink-factories.ts': { holds: 'The factory of each kind of sink', mayImport: ['.', 'sink-environment.ts', 'kinds'] },
  'create-sink.ts': {
    holds: 'Creates the sink that a plan describes',
    mayImport: ['.', 'http', 'sink-environment.ts', 'sink-factories.ts'],
  },
};

const SHARED_IN_OPERATOR = ['plan-key.ts'];

const OPERATOR: Rooms = {
  'plan-key.ts': { holds: 'The keys of plans in queues and caches', mayImport: [] },
  'credentials.ts': { holds: 'Credentials that the administrator mounted, for gates and silences', mayImport: [] },
  watch: { holds: 'Watched objects, reduced to the facts that the core reads', mayImport: SHARED_IN_OPERATOR },
  silences: { holds: 'Silences in Alertmanager', mayImport: [...SHARED_IN_OPERATOR, 'credentials.ts'] },
  gates: {
    holds: 'Checks gates through Jobs, HTTP, Prometheus and objects',
    mayImport: [...SHARED_IN_OPERATOR, 'credentials.ts'],
  },
  validation: { holds: 'Checks of a plan that its schema cannot express', mayImport: ['gates'] },
  gather: { holds: 'Gathers the snapshot for one pass', mayImport: [...SHARED_IN_OPERATOR, 'watch'] },
  idle: {
    holds: 'Plans that have ended, until something concerns them again',
    mayImport: [...SHARED_IN_OPERATOR, 'watch', 'gather'],
  },
  apply: {
    holds: 'Applies commands, each with a precondition',
    mayImport: SHARED_IN_OPERATOR,
    rooms: {
      'create-event-once.ts': { holds: 'Creates an Event unless it exists', mayImport: [] },
      node: { holds: 'Patches of Nodes: turns, quarantines, outdated marks', mayImport: ['create-event-once.ts'] },
      '.': { holds: 'Applies one command', mayImport: ['create-event-once.ts', 'node'] },
    },
  },
  '.': {
    holds: 'The operator program: loop, status writer, metrics, health',
    mayImport: [...SHARED_IN_OPERATOR, 'credentials.ts', 'watch', 'silences', 'gates', 'validation', 'gather', 'idle', 'apply'],
  },
};

const AGENT: Rooms = {
  'ports.ts': { holds: 'Interfaces of what the agent needs from outside', mayImport: [] },
  'change-signal.ts': { holds: 'Wakes whatever waits for a change', mayImport: [] },
  'lease-hold.ts': { holds: 'Acquires and renews the Lease', mayImport: ['ports.ts', 'change-signal.ts'] },
  kube: { holds: 'Implements these interfaces with the API server', mayImport: ['ports.ts'] },
  delivery: { holds: 'Delivers notifications to sinks', mayImport: ['ports.ts', 'change-signal.ts', 'lease-hold.ts'] },
  '.': {
    holds: 'The agent program',
    mayImport: ['ports.ts', 'change-signal.ts', 'lease-hold.ts', 'kube', 'delivery'],
  },
};

const API_SERVER: Rooms = {
  store: { holds: 'Objects and the log of their changes, by resourceVersion', mayImport: [] },
  selectors: { holds: 'Label selectors and field selectors', mayImport: [] },
  patch: { holds: 'JSON Patch and merge patch', mayImport: [] },
  resources: { holds: 'The resources served, what is special about each kind, and the errors that name them', mayImport: [] },
  schema: {
    holds: 'What the server does with an object of a CRD: pruning, defaults, validation, CEL rules',
    mayImport: [],
  },
  builtin: { holds: "The fields of Kubernetes' own kinds, how Go reads them, and what makes them valid", mayImport: ['schema'] },
  access: { holds: 'Who calls, and what Roles and bindings allow', mayImport: ['store'] },
  discovery: { holds: 'Which resources there are, for clients that look for them', mayImport: ['resources'] },
  openapi: { holds: 'OpenAPI documents of the resources', mayImport: ['resources', 'discovery'] },
  tables: { holds: 'Objects as rows of tables, which kubectl prints', mayImport: ['resources'] },
  rest: {
    holds: 'Answers requests, one file per verb',
    mayImport: ['store', 'selectors', 'patch', 'resources', 'schema', 'builtin', 'access', 'discovery', 'openapi', 'tables'],
  },
  '.': {
    holds: 'The server, and how the client of `kube` reaches it',
    mayImport: ['store', 'resources', 'schema', 'access', 'rest'],
  },
};

const CONTROLLER = ['cluster-client.ts', 'worker.ts', 'state'];

const CLUSTER: Rooms = {
  'cluster-client.ts': { holds: 'How the cluster itself calls the API server', mayImport: [] },
  'worker.ts': { holds: 'A queue of keys in virtual time', mayImport: [] },
  state: { holds: 'What controllers know of the cluster, and the Events that they write', mayImport: ['cluster-client.ts'] },
  scheduling: { holds: 'Which nodes a pod may go to: affinity, taints, requests', mayImport: ['state'] },
  scheduler: { holds: 'Binds pods to nodes', mayImport: [...CONTROLLER, 'scheduling'] },
  jobs: { holds: 'The Job controller', mayImport: CONTROLLER },
  kubelet: {
    holds: 'Kubelets: Nodes, pods, containers, images, mounted files',
    mayImport: ['cluster-client.ts', 'state', 'scheduling'],
  },
  'daemon-sets': { holds: 'The DaemonSet controller', mayImport: [...CONTROLLER, 'scheduling'] },
  workloads: { holds: 'ReplicaSets and disruption budgets', mayImport: [...CONTROLLER, 'scheduling'] },
  nodes: { holds: 'Silent nodes, taints, and evictions because of them', mayImport: [...CONTROLLER, 'scheduling'] },
  garbage: {
    holds: 'Deletes what nobody owns any more: dependents, namespaces, Jobs after their time, pods of lost nodes',
    mayImport: [...CONTROLLER, 'scheduling'],
  },
  'start-controllers.ts': {
    holds: 'Starts the control plane',
    mayImport: [...CONTROLLER, 'scheduler', 'jobs', 'daemon-sets', 'workloads', 'nodes', 'garbage'],
  },
};

const SIMULATOR: Rooms = {
  time: { holds: 'The clock of a simulation, its timers, and chance from a seed', mayImport: [] },
  'api-server': { holds: 'The API server: the REST protocol over a store', mayImport: [], rooms: API_SERVER },
  serve: {
    holds: 'The API server behind HTTP on the loopback address, for kubectl',
    mayImport: ['api-server'],
    rooms: {
      protobuf: { holds: 'Reads the bodies that kubectl writes in protobuf', mayImport: [] },
      '.': { holds: 'The HTTP server, and the kubeconfig for it', mayImport: ['protobuf'] },
    },
  },
  process: {
    holds: 'A running program: its clock, its timers, and its network to the API server',
    mayImport: ['time', 'api-server'],
  },
  cluster: {
    holds: 'What makes a cluster of an API server: controllers and kubelets',
    mayImport: ['time', 'api-server', 'process'],
    rooms: CLUSTER,
  },
  world: { holds: 'Hosts, what upgrades do to them, and what people do', mayImport: ['time', 'cluster'] },
  programs: {
    holds: 'Starts operators, agents and reporters as simulated processes',
    mayImport: ['time', 'api-server', 'process', 'cluster'],
  },
  faults: {
    holds: 'What goes wrong between programs, the API server, and hosts',
    mayImport: ['time', 'api-server', 'process', 'cluster', 'world'],
  },
  invariants: { holds: 'What must hold after every step', mayImport: ['api-server', 'cluster', 'world'] },
  timeline: { holds: 'What happens to plans, batches and nodes, in sentences', mayImport: ['cluster'] },
  '.': {
    holds: 'The whole simulation',
    mayImport: ['time', 'api-server', 'process', 'cluster', 'world', 'programs', 'faults', 'invariants', 'timeline'],
  },
};

const SHELL = ['api', 'timers', 'core', 'kube', 'settings', 'runtime'];

/** The folders of `src`. */
export const SRC: Rooms = {
  api: {
    holds: 'The API: types, conditions, names in the cluster',
    mayImport: [],
    pure: true,
    rooms: {
      '.': { holds: 'Conditions, names in the cluster, what Baton writes on objects', mayImport: [] },
      generated: { holds: 'Types of the custom resources and the objects of an installation, generated', mayImport: ['.'] },
    },
  },
  timers: { holds: 'Clocks and timers as arguments, and deadlines', mayImport: [], pure: true },
  core: { holds: 'Every decision, without clock, randomness, I/O or logging', mayImport: ['api'], pure: true, rooms: CORE },
  kube: {
    holds: 'Access to the API server: client, watches, queues',
    mayImport: ['api', 'timers', 'core/backoff.ts'],
    rooms: KUBE,
  },
  net: { holds: 'HTTP and sockets that reach only allowed addresses', mayImport: [] },
  settings: { holds: 'What programs read first: configuration, version, and errors for the user', mayImport: [] },
  runtime: { holds: 'What programs start with: clock, log, shutdown', mayImport: ['api', 'timers', 'settings'], mainOnly: true },
  notify: { holds: 'Sinks: where notifications go', mayImport: ['api', 'timers', 'core', 'net'], rooms: NOTIFY },
  operator: {
    holds: 'The operator: gathers snapshots, asks the core, applies its commands',
    mayImport: [...SHELL, 'net'],
    rooms: OPERATOR,
  },
  agent: {
    holds: 'The agent: delivers the notifications of a batch',
    mayImport: [...SHELL, 'net', 'notify'],
    rooms: AGENT,
  },
  reporter: { holds: 'The reporter: accepts reports on a local socket and writes them as Events', mayImport: SHELL },
  simulator: {
    holds: 'A cluster in memory: only the command that plays plans on it imports it',
    mayImport: ['api', 'timers', 'core', 'kube', 'net', 'settings', 'notify', 'operator', 'agent', 'reporter'],
    rooms: SIMULATOR,
  },
  cli: {
    holds: 'The commands `report`, `convert`, `notify` and `simulate`',
    mayImport: [...SHELL, 'notify', 'simulator'],
    rooms: {
      '.': { holds: 'What the commands share: files and YAML as input', mayImport: [] },
      report: { holds: '`baton report`: reports the progress of an upgrade process', mayImport: [] },
      convert: { holds: '`baton convert`: converts Plans of system-upgrade-controller', mayImport: ['.'] },
      notify: { holds: '`baton notify`: previews and tests notifications', mayImport: ['.'] },
      simulate: { holds: '`baton simulate`: plays plans on a virtual fleet', mayImport: ['.'] },
    },
  },
  generate: { holds: 'Generates types, documents and manifests, and bundles the product', mayImport: [] },
  'commands.ts': {
    holds: 'Runs the command that the arguments name',
    mayImport: ['settings', 'runtime', 'operator', 'agent', 'reporter', 'cli'],
  },
  'main.mjs': { holds: 'The first file that runs: it checks the version of Node', mayImport: ['commands.ts'] },
  'main.ts': { holds: 'A link to `main.mjs`', mayImport: ['commands.ts'] },
};
