import { API_VERSION } from '../../api/names.ts';
import type { Json } from '../json.ts';
import { presentFields } from '../present-fields.ts';
import { convertDrain } from './drain.ts';
import { goDurationSeconds } from './go-duration.ts';
import type { Note } from './note.ts';
import { convertTemplate, withoutForeignKeys } from './pod-template.ts';
import { readSucPlan, type SucPlan } from './suc-plan.ts';
import { convertWindow, type PlanWindow } from './time-window.ts';

/** The result of a conversion. Each problem begins with the path of its field. */
export type Conversion =
  | { readonly kind: 'Converted'; readonly plan: Json; readonly notes: readonly Note[] }
  | { readonly kind: 'Rejected'; readonly problems: readonly string[] };

/** Placeholder for a version that the Plan does not name. */
export const UNKNOWN_VERSION = 'CHANGE-ME';

const MAX_NAME = 40;
const MAX_NODES = 100_000;
const MAX_SECONDS = 604_800;
/** The same pattern as in the schema of UpgradePlans. */
const VERSION = /^(?=.{1,64}$)[A-Za-z0-9]([A-Za-z0-9._+:-]*[A-Za-z0-9])?$/;

/**
 * Converts a Plan of rancher/system-upgrade-controller to an UpgradePlan that does the same, with notes on the differences. The
 * UpgradePlan is paused, because it upgrades nodes again that the Plan has already upgraded: somebody should review it first.
 */
export function convertPlan(object: Json): Conversion {
  const reading = readSucPlan(object);
  if (reading.kind === 'Rejected') return reading;
  const { plan } = reading;
  const problems = findProblems(plan);
  const window = plan.window === undefined ? undefined : convertWindow(plan.window);
  if (window?.kind === 'Rejected') problems.push(`spec.window.${window.problem}`);
  if (problems.length > 0) return { kind: 'Rejected', problems };
  return build(plan, window?.kind === 'Converted' ? window : undefined);
}

function findProblems(plan: SucPlan): string[] {
  const problems: string[] = [];
  if (plan.name.length > MAX_NAME) {
    problems.push(`metadata.name must have at most ${MAX_NAME} characters, got ${plan.name.length}: choose a shorter name`);
  }
  if (plan.version !== undefined && plan.version !== '' && !VERSION.test(plan.version)) {
    problems.push(`spec.version must consist of at most 64 letters, digits and . _ + : -, got '${plan.version}'`);
  }
  const { concurrency = 1 } = plan;
  if (concurrency < 0 || concurrency > MAX_NODES)
    problems.push(`spec.concurrency must be from 0 to ${MAX_NODES}, got ${concurrency}`);
  if (plan.postCompleteDelay !== undefined && goDurationSeconds(plan.postCompleteDelay) === undefined) {
    problems.push(`spec.postCompleteDelay must be a duration like 30s, got '${plan.postCompleteDelay}'`);
  }
  return problems;
}

/** Adds a comment above a field of the spec; without a path, at the head of the document. */
type AddNote = (text: string, ...path: (string | number)[]) => void;

function build(
  plan: SucPlan,
  opening: { readonly window: PlanWindow; readonly crossesMidnight: boolean } | undefined,
): Conversion {
  const notes: Note[] = [];
  const note: AddNote = (text, ...path) => {
    notes.push({ path: path.length === 0 ? [] : ['spec', ...path], text });
  };
  note(
    `Converted by baton convert from the Plan ${plan.name} of upgrade.cattle.io/v1. Read the comments, delete that Plan, then set paused to ` +
      'false: both controllers must not work on the same nodes at once.',
  );
  note(
    'Baton keeps its own record of upgraded nodes, so it upgrades nodes again that the Plan has already upgraded. Remove this line to start.',
    'paused',
  );
  const { disruption, drain, notes: drainNotes } = convertDrain(plan);
  const other = requiredPlan(plan);
  const { template, notes: templateNotes } = convertTemplate(plan, other === undefined);
  if (disruption !== 'None') {
    note(
      'Set Reboot if the upgrade reboots the host. Baton then expects a new boot ID, and a report or a verify that confirms the reboot.',
      ...['processes', 0, 'disruption'],
    );
  }
  const spec = presentFields({
    version: versionOf(plan, note),
    paused: true,
    nodeSelector: nodeSelectorOf(plan, note),
    dependsOn: other === undefined ? undefined : [dependencyOf(plan, other, note)],
    exclusiveGroup: plan.exclusive ? exclusiveGroup(note) : undefined,
    maxUnavailable: maxUnavailableOf(plan, note),
    batches: batchesOf(plan, note),
    windows: opening === undefined ? undefined : [windowOf(opening, note)],
    drain,
    processes: [
      presentFields({
        name: 'upgrade',
        disruption,
        timing: timingOf(plan, note),
        job: { compatibility: 'SystemUpgradeController', template },
        verify: verifyOf(plan, note),
      }),
    ],
  });
  noteUnsupportedFields(plan, note);
  const metadata = presentFields({
    name: plan.name,
    namespace: plan.namespace,
    labels: nonEmpty(withoutForeignKeys(plan.labels)),
    annotations: nonEmpty(withoutForeignKeys(plan.annotations)),
  });
  return {
    kind: 'Converted',
    plan: { apiVersion: API_VERSION, kind: 'UpgradePlan', metadata, spec },
    notes: [...notes, ...drainNotes, ...templateNotes],
  };
}

function nonEmpty<T extends object>(object: T): T | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}

function versionOf({ version, channel }: SucPlan, note: AddNote): string {
  const channelled = channel !== undefined && channel !== '';
  if (version !== undefined && version !== '') {
    if (channelled) note(`channel: ${channel} had no effect, because version was set.`, 'version');
    return version;
  }
  const found = channelled ? ` The Plan read it from its channel: curl -sI ${channel} | grep -i ^location` : '';
  note(`Replace ${UNKNOWN_VERSION} with the version, and change it for each later upgrade.${found}`, 'version');
  return UNKNOWN_VERSION;
}

function nodeSelectorOf({ name, nodeSelector }: SucPlan, note: AddNote): Json {
  const label = `plan.upgrade.cattle.io/${name}`;
  note(`The last expression excludes the nodes with the label ${label}=disabled, as before.`, 'nodeSelector', 'matchExpressions');
  const expressions = nodeSelector.matchExpressions.map(({ key, operator, values }) => ({
    key,
    operator,
    ...(values.length === 0 ? {} : { values }),
  }));
  if (expressions.length === 0 && Object.keys(nodeSelector.matchLabels).length === 0)
    note('This selects every node of the cluster, as before.', 'nodeSelector');
  return presentFields({
    matchLabels: nonEmpty(nodeSelector.matchLabels),
    matchExpressions: [...expressions, { key: label, operator: 'NotIn', values: ['disabled'] }],
  });
}

/** Whether the version of the image is a kubelet version. */
function upgradesKubernetes(image: string): boolean {
  return /\/(k3s|rke2)-upgrade(:|@|$)/.test(`/${image}`);
}

function verifyOf({ upgrade, version = '' }: SucPlan, note: AddNote): Json | undefined {
  // An image tag replaces the `+`, so it differs from the version that the kubelet reports.
  if (!upgradesKubernetes(upgrade.image) || (version !== '' && !version.includes('+'))) return undefined;
  note('Added: a node whose kubelet already has the version is skipped before it is drained.', 'processes', 0, 'verify');
  return { kubeletVersion: '$(BATON_VERSION)' };
}

/** Name of the Plan that the prepare container of k3s-upgrade or rke2-upgrade waits for. */
function requiredPlan({ prepare }: SucPlan): string | undefined {
  const [word, other, ...more] = prepare?.args ?? [];
  return prepare !== undefined && upgradesKubernetes(prepare.image) && word === 'prepare' && more.length === 0
    ? other
    : undefined;
}

function dependencyOf(plan: SucPlan, name: string, note: AddNote): Json {
  note(
    `This replaces the prepare container ${plan.prepare?.image ?? ''}, which waited for the Plan ${name} and would wait forever once that ` +
      'is deleted. Nothing starts before that plan has succeeded at this version.',
    'dependsOn',
  );
  return { name, version: plan.version === undefined || plan.version === '' ? UNKNOWN_VERSION : plan.version };
}

function exclusiveGroup(note: AddNote): string {
  note(
    'exclusive: true kept two Plans from running on one node, which Baton never does. This is stricter: one plan of the group runs at a time.',
    'exclusiveGroup',
  );
  return 'exclusive';
}

function maxUnavailableOf({ concurrency = 0 }: SucPlan, note: AddNote): number {
  if (concurrency > 0) note(`concurrency: ${concurrency}. Nodes that are down for other reasons count too.`, 'maxUnavailable');
  else note('concurrency was 0 or not set, so the Plan did nothing.', 'maxUnavailable');
  return Math.max(1, concurrency);
}

function batchesOf({ concurrency = 0, postCompleteDelay }: SucPlan, note: AddNote): readonly Json[] {
  const delay = Math.ceil(goDurationSeconds(postCompleteDelay ?? '0') ?? 0);
  if (delay > 0) {
    note(`postCompleteDelay: ${postCompleteDelay ?? ''} applied after each node. Here it applies after each batch.`, 'batches');
    return [{ size: Math.max(1, concurrency), soakSeconds: Math.min(delay, MAX_SECONDS) }];
  }
  note(
    'A Plan has no batches. Here one node goes first, then quarters of the fleet, with one notification for each batch and never more ' +
      'than maxUnavailable nodes down at once. A single step {size: 100%} behaves as before.',
    'batches',
  );
  return [{ size: 1 }, { size: '25%' }];
}

function windowOf(
  { window, crossesMidnight }: { readonly window: PlanWindow; readonly crossesMidnight: boolean },
  note: AddNote,
): PlanWindow {
  note(
    'The Plan checked the window only before the first node. Baton checks it before each node, and lets running turns finish.',
    'windows',
  );
  if (crossesMidnight) {
    note('The window ends on the day after it opens: the schedule names the days on which it opens.', 'windows');
  }
  return window;
}

function timingOf({ jobActiveDeadlineSecs }: SucPlan, note: AddNote): Json | undefined {
  if (jobActiveDeadlineSecs === undefined || jobActiveDeadlineSecs < 0) return undefined;
  const path = ['processes', 0, 'timing'] as const;
  if (jobActiveDeadlineSecs === 0) note('jobActiveDeadlineSecs: 0 meant no limit. This is the maximum, one week.', ...path);
  else note(`jobActiveDeadlineSecs: ${jobActiveDeadlineSecs} included the drain, which has its own limit here.`, ...path);
  return { deadlineSeconds: jobActiveDeadlineSecs === 0 ? MAX_SECONDS : Math.min(jobActiveDeadlineSecs, MAX_SECONDS) };
}

/** Adds a note for each field that has no counterpart. */
function noteUnsupportedFields(plan: SucPlan, note: AddNote): void {
  const labels = Object.entries(plan.postCompleteLabels).map(([key, value]) => `${key}=${value}`);
  if (labels.length > 0) {
    note(
      `The labels ${labels.join(', ')}, which nodes got after their upgrade, have no counterpart. Set them in the upgrade container.`,
      'processes',
    );
  }
  const digest = plan.annotations['upgrade.cattle.io/digest'];
  if (digest !== undefined) {
    note(
      `The annotation upgrade.cattle.io/digest (${digest}) is not needed: every change of a template upgrades the nodes again.`,
    );
  }
  const lost = [...Object.keys(plan.labels), ...Object.keys(plan.annotations)].filter(
    (key) => key.includes('cattle.io/') && key !== 'upgrade.cattle.io/digest',
  );
  if (lost.length > 0) note(`Omitted, because these keys were not passed on to Jobs either: ${lost.join(', ')}.`);
}
