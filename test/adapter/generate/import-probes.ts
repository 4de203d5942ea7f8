import { posix } from 'node:path';
import { isFile } from '../../../src/generate/rooms.ts';

/** A file that breaks a rule. */
export interface Probe {
  /** Absent for the second file of a circle: the first one is reported. */
  readonly rule?: string;
  readonly file: string;
  readonly text: string;
}

/** An import that a row of the table does not allow: a file of one room needs something of another. */
interface ForbiddenImport {
  /** The row that does not allow it. */
  readonly rule: string;
  readonly from: string;
  readonly imports: string;
}

const FORBIDDEN_IMPORTS: readonly ForbiddenImport[] = [
  { rule: 'api', from: 'api', imports: 'core' },
  { rule: 'api/*.ts', from: 'api', imports: 'api/generated' },
  { rule: 'core', from: 'core/rollout/model', imports: 'kube' },
  { rule: 'core/backoff.ts', from: 'core/backoff.ts', imports: 'core/sinks' },
  { rule: 'core/*.ts', from: 'core', imports: 'core/timing' },
  { rule: 'core/sinks', from: 'core/sinks', imports: 'core/notification/model' },
  { rule: 'core/timing', from: 'core/timing', imports: 'core/schedule' },
  { rule: 'core/schedule', from: 'core/schedule', imports: 'core/timing' },
  { rule: 'core/reports', from: 'core/reports', imports: 'core/baton' },
  { rule: 'core/silences', from: 'core/silences', imports: 'core/rollout/model' },
  { rule: 'core/notification', from: 'core/notification/model', imports: 'core/baton' },
  { rule: 'core/notification/model', from: 'core/notification/model', imports: 'core/notification/text' },
  { rule: 'core/notification/text', from: 'core/notification/text', imports: 'core/notification/consolidation' },
  { rule: 'core/baton', from: 'core/baton', imports: 'core/notification/text' },
  { rule: 'core/rollout', from: 'core/rollout', imports: 'core/notification/text' },
  { rule: 'core/rollout/model', from: 'core/rollout/model', imports: 'core/rollout/holds' },
  { rule: 'core/rollout/records', from: 'core/rollout/records', imports: 'core/rollout/fleet' },
  { rule: 'core/rollout/fleet', from: 'core/rollout/fleet', imports: 'core/rollout/turn' },
  { rule: 'core/rollout/manifests', from: 'core/rollout/manifests', imports: 'core/rollout/turn' },
  { rule: 'core/rollout/turn', from: 'core/rollout/turn', imports: 'core/rollout/status/plan' },
  { rule: 'core/rollout/turn/drain', from: 'core/rollout/turn/drain', imports: 'core/rollout/turn' },
  { rule: 'core/rollout/holds', from: 'core/rollout/holds', imports: 'core/rollout/turn' },
  { rule: 'core/rollout/batch', from: 'core/rollout/batch', imports: 'core/rollout/rollback' },
  { rule: 'core/rollout/preparation', from: 'core/rollout/preparation', imports: 'core/rollout/rollback' },
  { rule: 'core/rollout/rollback', from: 'core/rollout/rollback', imports: 'core/rollout/actions' },
  { rule: 'core/rollout/actions', from: 'core/rollout/actions', imports: 'core/rollout/status/batch' },
  { rule: 'core/rollout/agent', from: 'core/rollout/agent', imports: 'core/rollout/turn' },
  { rule: 'core/rollout/status', from: 'core/rollout/status/plan', imports: 'core/rollout/agent' },
  { rule: 'core/rollout/status/*.ts', from: 'core/rollout/status', imports: 'core/rollout/status/outlook' },
  { rule: 'core/rollout/status/outlook', from: 'core/rollout/status/outlook', imports: 'core/rollout/status/plan' },
  { rule: 'core/rollout/status/plan', from: 'core/rollout/status/plan', imports: 'core/rollout/status/batch' },
  { rule: 'core/convert', from: 'core/convert', imports: 'core/rollout/model' },
  { rule: 'kube', from: 'kube/client', imports: 'core' },
  { rule: 'kube/*.ts', from: 'kube', imports: 'kube/client' },
  { rule: 'kube/client', from: 'kube/client', imports: 'kube/watch' },
  { rule: 'kube/watch', from: 'kube/watch', imports: 'kube/safe-operator.ts' },
  { rule: 'net', from: 'net', imports: 'api' },
  { rule: 'kube/program-ports.ts', from: 'kube/program-ports.ts', imports: 'kube/watch' },
  { rule: 'timers', from: 'timers', imports: 'core' },
  { rule: 'runtime', from: 'runtime', imports: 'kube' },
  { rule: 'settings', from: 'settings', imports: 'api' },
  { rule: 'notify', from: 'notify/kinds/email', imports: 'kube' },
  { rule: 'notify/*.ts', from: 'notify', imports: 'notify/create-sink.ts' },
  { rule: 'notify/http', from: 'notify/http', imports: 'notify/kinds/webhook' },
  { rule: 'notify/sink-environment.ts', from: 'notify/sink-environment.ts', imports: 'notify/kinds/email' },
  { rule: 'notify/sink-factories.ts', from: 'notify/sink-factories.ts', imports: 'notify/create-sink.ts' },
  { rule: 'notify/create-sink.ts', from: 'notify/create-sink.ts', imports: 'notify/kinds/email' },
  { rule: 'notify/kinds', from: 'notify/kinds/slack', imports: 'notify/create-sink.ts' },
  { rule: 'notify/kinds/alertmanager', from: 'notify/kinds/alertmanager', imports: 'notify/kinds/pager-duty' },
  { rule: 'notify/kinds/email', from: 'notify/kinds/email', imports: 'notify/kinds/slack' },
  { rule: 'notify/kinds/events', from: 'notify/kinds/events', imports: 'notify/kinds/webhook' },
  { rule: 'notify/kinds/pager-duty', from: 'notify/kinds/pager-duty', imports: 'notify/kinds/alertmanager' },
  { rule: 'notify/kinds/slack', from: 'notify/kinds/slack', imports: 'notify/kinds/teams' },
  { rule: 'notify/kinds/teams', from: 'notify/kinds/teams', imports: 'notify/kinds/slack' },
  { rule: 'notify/kinds/webhook', from: 'notify/kinds/webhook', imports: 'notify/kinds/events' },
  { rule: 'operator', from: 'operator', imports: 'notify' },
  { rule: 'operator/plan-key.ts', from: 'operator/plan-key.ts', imports: 'operator/watch' },
  { rule: 'operator/credentials.ts', from: 'operator/credentials.ts', imports: 'operator/silences' },
  { rule: 'operator/watch', from: 'operator/watch', imports: 'operator/gather' },
  { rule: 'operator/silences', from: 'operator/silences', imports: 'operator/gates' },
  { rule: 'operator/gates', from: 'operator/gates', imports: 'operator/validation' },
  { rule: 'operator/validation', from: 'operator/validation', imports: 'operator/watch' },
  { rule: 'operator/gather', from: 'operator/gather', imports: 'operator/apply' },
  { rule: 'operator/idle', from: 'operator/idle', imports: 'operator/apply' },
  { rule: 'operator/apply', from: 'operator/apply', imports: 'operator/gather' },
  { rule: 'operator/apply/create-event-once.ts', from: 'operator/apply/create-event-once.ts', imports: 'operator/apply/node' },
  { rule: 'operator/apply/node', from: 'operator/apply/node', imports: 'operator/apply' },
  { rule: 'agent', from: 'agent/delivery', imports: 'operator' },
  { rule: 'agent/ports.ts', from: 'agent/ports.ts', imports: 'agent/delivery' },
  { rule: 'agent/change-signal.ts', from: 'agent/change-signal.ts', imports: 'agent/lease-hold.ts' },
  { rule: 'agent/lease-hold.ts', from: 'agent/lease-hold.ts', imports: 'agent/delivery' },
  { rule: 'agent/kube', from: 'agent/kube', imports: 'agent/delivery' },
  { rule: 'agent/delivery', from: 'agent/delivery', imports: 'agent/kube' },
  { rule: 'reporter', from: 'reporter', imports: 'notify' },
  { rule: 'cli', from: 'cli/notify', imports: 'net' },
  { rule: 'cli/*.ts', from: 'cli', imports: 'cli/notify' },
  { rule: 'cli/report', from: 'cli/report', imports: 'cli/convert' },
  { rule: 'cli/convert', from: 'cli/convert', imports: 'cli/report' },
  { rule: 'cli/notify', from: 'cli/notify', imports: 'cli/convert' },
  { rule: 'cli/simulate', from: 'cli/simulate', imports: 'cli/convert' },
  { rule: 'simulator', from: 'simulator/api-server', imports: 'cli' },
  { rule: 'simulator/*.ts', from: 'simulator', imports: 'simulator/serve' },
  { rule: 'simulator/time', from: 'simulator/time', imports: 'simulator/process' },
  { rule: 'simulator/api-server', from: 'simulator/api-server/store', imports: 'simulator/process' },
  { rule: 'simulator/api-server/builtin', from: 'simulator/api-server/builtin', imports: 'simulator/api-server/rest' },
  { rule: 'simulator/api-server/access', from: 'simulator/api-server/access', imports: 'simulator/api-server/rest' },
  { rule: 'simulator/api-server/discovery', from: 'simulator/api-server/discovery', imports: 'simulator/api-server/rest' },
  { rule: 'simulator/api-server/openapi', from: 'simulator/api-server/openapi', imports: 'simulator/api-server/rest' },
  { rule: 'simulator/api-server/tables', from: 'simulator/api-server/tables', imports: 'simulator/api-server/rest' },
  { rule: 'simulator/serve', from: 'simulator/serve', imports: 'simulator/cluster/state' },
  { rule: 'simulator/serve/protobuf', from: 'simulator/serve/protobuf', imports: 'simulator/serve' },
  { rule: 'simulator/process', from: 'simulator/process', imports: 'simulator/programs' },
  { rule: 'simulator/cluster', from: 'simulator/cluster/state', imports: 'simulator/world' },
  { rule: 'simulator/cluster/kubelet', from: 'simulator/cluster/kubelet', imports: 'simulator/cluster/jobs' },
  { rule: 'simulator/world', from: 'simulator/world', imports: 'simulator/programs' },
  { rule: 'simulator/programs', from: 'simulator/programs', imports: 'simulator/world' },
  { rule: 'simulator/faults', from: 'simulator/faults', imports: 'simulator/invariants' },
  { rule: 'simulator/invariants', from: 'simulator/invariants', imports: 'simulator/programs' },
  {
    rule: 'simulator/cluster/cluster-client.ts',
    from: 'simulator/cluster/cluster-client.ts',
    imports: 'simulator/cluster/state',
  },
  { rule: 'simulator/cluster/worker.ts', from: 'simulator/cluster/worker.ts', imports: 'simulator/cluster/state' },
  { rule: 'simulator/cluster/state', from: 'simulator/cluster/state', imports: 'simulator/cluster/worker.ts' },
  { rule: 'simulator/cluster/scheduling', from: 'simulator/cluster/scheduling', imports: 'simulator/cluster/scheduler' },
  { rule: 'simulator/cluster/scheduler', from: 'simulator/cluster/scheduler', imports: 'simulator/cluster/jobs' },
  { rule: 'simulator/cluster/jobs', from: 'simulator/cluster/jobs', imports: 'simulator/cluster/scheduler' },
  { rule: 'simulator/cluster/daemon-sets', from: 'simulator/cluster/daemon-sets', imports: 'simulator/cluster/scheduler' },
  { rule: 'simulator/cluster/workloads', from: 'simulator/cluster/workloads', imports: 'simulator/cluster/scheduler' },
  { rule: 'simulator/cluster/nodes', from: 'simulator/cluster/nodes', imports: 'simulator/cluster/scheduler' },
  { rule: 'simulator/cluster/garbage', from: 'simulator/cluster/garbage', imports: 'simulator/cluster/scheduler' },
  {
    rule: 'simulator/cluster/start-controllers.ts',
    from: 'simulator/cluster/start-controllers.ts',
    imports: 'simulator/cluster/scheduling',
  },
  { rule: 'simulator/timeline', from: 'simulator/timeline', imports: 'simulator/faults' },
  { rule: 'simulator/api-server/store', from: 'simulator/api-server/store', imports: 'simulator/api-server/resources' },
  { rule: 'simulator/api-server/selectors', from: 'simulator/api-server/selectors', imports: 'simulator/api-server/patch' },
  { rule: 'simulator/api-server/patch', from: 'simulator/api-server/patch', imports: 'simulator/api-server/selectors' },
  { rule: 'simulator/api-server/resources', from: 'simulator/api-server/resources', imports: 'simulator/api-server/rest' },
  { rule: 'simulator/api-server/schema', from: 'simulator/api-server/schema', imports: 'simulator/api-server/store' },
  { rule: 'simulator/api-server/rest', from: 'simulator/api-server/rest', imports: 'simulator/api-server' },
  { rule: 'simulator/api-server/*.ts', from: 'simulator/api-server', imports: 'simulator/api-server/selectors' },
  { rule: 'generate', from: 'generate', imports: 'api' },
  { rule: 'commands.ts', from: 'commands.ts', imports: 'core' },
  { rule: 'main.mjs', from: 'main.mjs', imports: 'cli' },
  { rule: 'main.ts', from: 'main.ts', imports: 'agent' },
];

export const PROBES: readonly Probe[] = [
  ...FORBIDDEN_IMPORTS.map(({ rule, from, imports }, index): Probe => {
    const file = isFile(from) ? `src/${from}` : `src/${from}/probe-${index}.ts`;
    return { rule, file, text: typeImport(file, sampleFile(imports)) };
  }),
  probe('no-circular', 'src/core/types-a.ts', "import type { B } from './types-b.ts';\nexport type A = B | 'a';\n"),
  { file: 'src/core/types-b.ts', text: "import type { A } from './types-a.ts';\nexport type B = A | 'b';\n" },
  probe('no-circular', 'src/net/values-a.ts', "import { b } from './values-b.ts';\nexport const a = () => b();\n"),
  { file: 'src/net/values-b.ts', text: "import { a } from './values-a.ts';\nexport const b = () => a();\n" },
  probe('known-room', 'src/attic/no-imports.ts', 'export const attic = true;\n'),
  probe('known-room', 'src/core/rollout/holds/attic/no-imports.ts', 'export const attic = true;\n'),
  probe('api is pure', 'src/api/package.ts', "import { parse } from 'yaml';\nexport const read = parse;\n"),
  probe(
    'timers is pure',
    'src/timers/node.ts',
    "import { setTimeout } from 'node:timers/promises';\nexport const wait = setTimeout;\n",
  ),
  probe('core is pure', 'src/core/timing/node.ts', "import { hash } from 'node:crypto';\nexport const digest = hash;\n"),
  probe('runtime for main files', 'src/agent/delivery/a.ts', typeImport('src/agent/delivery/a.ts', sampleFile('runtime'))),
];

function probe(rule: string, file: string, text: string): Probe {
  return { rule, file, text };
}

/** The file that other files of the tree import from a room. */
export function sampleFile(room: string): string {
  return posix.join('src', room, isFile(room) ? '' : 'sample.ts');
}

/** What the sample file of each room says. */
export const SAMPLE = 'export interface Sample {\n  readonly name: string;\n}\n';

/** Says in `file` that it needs the type of a sample file. */
export function typeImport(file: string, sample: string): string {
  const path = posix.relative(posix.dirname(file), sample);
  return `export type { Sample } from '${path.startsWith('.') ? path : `./${path}`}';\n`;
}
