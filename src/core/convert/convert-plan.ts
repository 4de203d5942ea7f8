import { API_VERSION } from '../../api/names.ts';
import type { Json } from '../json.ts';
import { presentFields } from '../present-fields.ts';
import type { Manifest } from '../rollout/model/command.ts';
import { convertDrain } from './drain.ts';
import { goDurationSeconds } from './go-duration.ts';
import type { Note } from './note.ts';
import { convertTemplate, own } from './pod-template.ts';
import { readSucPlan, type SucPlan } from './suc-plan.ts';
import { convertWindow, type PlanWindow } from './time-window.ts';

/** What became of a Plan. `problems` are sentences that begin with the field. */
export type Conversion =
  | { readonly kind: 'Converted'; readonly plan: Manifest; readonly notes: readonly Note[] }
  | { readonly kind: 'Refused'; readonly problems: readonly string[] };

/** Stands for a version that nobody has written down. */
export const UNKNOWN_VERSION = 'CHANGE-ME';

const MAX_NAME = 40;
const MAX_NODES = 100_000;
const MAX_SECONDS = 604_800;
/** As the schema of UpgradePlans has it. */
const VERSION = /^(?=.{1,64}$)[A-Za-z0-9]([A-Za-z0-9._+:-]*[A-Za-z0-9])?$/;

/**
 * Turns a Plan of rancher/system-upgrade-controller into an UpgradePlan that does the same, with notes for what differs. It is paused:
 * nodes that are done already would run again, and somebody should look at it before.
 */
export function convertPlan(object: Json): Conversion {
  const reading = readSucPlan(object);
  if (reading.kind === 'Refused') return reading;
  const { plan } = reading;
  const problems = limitProblems(plan);
  const window = plan.window === undefined ? undefined : convertWindow(plan.window);
  if (window?.kind === 'Refused') problems.push(`spec.window.${window.problem}`);
  if (problems.length > 0) return { kind: 'Refused', problems };
  return build(plan, window?.kind === 'Converted' ? window : undefined);
}

function limitProblems(plan: SucPlan): string[] {
  const problems: string[] = [];
  if (plan.name.length > MAX_NAME) {
    problems.push(
      `metadata.name has ${plan.name.length} characters, and an UpgradePlan may have ${MAX_NAME}: give it a shorter name`,
    );
  }
  if (plan.version !== undefined && plan.version !== '' && !VERSION.test(plan.version)) {
    problems.push(
      `spec.version '${plan.version}' is no version that an UpgradePlan may have: at most 64 letters, digits and . _ + : -`,
    );
  }
  const { concurrency = 1 } = plan;
  if (concurrency < 0 || concurrency > MAX_NODES)
    problems.push(`spec.concurrency must be from 0 to ${MAX_NODES}, but is ${concurrency}`);
  if (plan.postCompleteDelay !== undefined && goDurationSeconds(plan.postCompleteDelay) === undefined) {
    problems.push(`spec.postCompleteDelay must be a time like 30s, but is '${plan.postCompleteDelay}'`);
  }
  return problems;
}

/** Adds a comment above a field of the spec, or at the head of the document. */
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
    `Converted by baton convert from the Plan ${plan.name} of upgrade.cattle.io/v1. Read the comments, delete that Plan, and set paused to ` +
      'false: until both have happened, do not let both controllers work on the same nodes.',
  );
  note(
    'Nodes that the Plan has upgraded are upgraded again: Baton keeps marks of its own. Remove this line when that may be.',
    'paused',
  );
  const { disruption, drain, notes: drainNotes } = convertDrain(plan);
  const other = otherPlan(plan);
  const { template, notes: templateNotes } = convertTemplate(plan, other === undefined);
  if (disruption !== 'None') {
    note(
      'Write Reboot where the upgrade reboots the host. Baton then expects a new boot ID, and a report or a verify that says it was meant.',
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
  noteTheRest(plan, note);
  const metadata = presentFields({
    name: plan.name,
    namespace: plan.namespace,
    labels: nonEmpty(own(plan.labels)),
    annotations: nonEmpty(own(plan.annotations)),
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
    if (channelled) note(`channel: ${channel} was not followed either: a version was given.`, 'version');
    return version;
  }
  const found = channelled ? ` It was read from the channel: curl -sI ${channel} | grep -i ^location` : '';
  note(`${UNKNOWN_VERSION}: write the version here, and another one for each upgrade to come.${found}`, 'version');
  return UNKNOWN_VERSION;
}

function nodeSelectorOf({ name, nodeSelector }: SucPlan, note: AddNote): Json {
  const label = `plan.upgrade.cattle.io/${name}`;
  note(
    `The last expression keeps out the nodes with the label ${label}=disabled, as before.`,
    'nodeSelector',
    'matchExpressions',
  );
  const expressions = nodeSelector.matchExpressions.map(({ key, operator, values }) => ({
    key,
    operator,
    ...(values.length === 0 ? {} : { values }),
  }));
  if (expressions.length === 0 && Object.keys(nodeSelector.matchLabels).length === 0)
    note('This chooses every node of the cluster, as before.', 'nodeSelector');
  return presentFields({
    matchLabels: nonEmpty(nodeSelector.matchLabels),
    matchExpressions: [...expressions, { key: label, operator: 'NotIn', values: ['disabled'] }],
  });
}

/** Images whose version is the kubelet's. */
function upgradesKubernetes(image: string): boolean {
  return /\/(k3s|rke2)-upgrade(:|@|$)/.test(`/${image}`);
}

function verifyOf({ upgrade, version = '' }: SucPlan, note: AddNote): Json | undefined {
  // As a tag has it, without the `+`, it is not what the kubelet says.
  if (!upgradesKubernetes(upgrade.image) || (version !== '' && !version.includes('+'))) return undefined;
  note('Added: a node whose kubelet has the version already is skipped before it is drained.', 'processes', 0, 'verify');
  return { kubeletVersion: '$(BATON_VERSION)' };
}

/** The other Plan that the prepare container of k3s-upgrade and rke2-upgrade waits for. */
function otherPlan({ prepare }: SucPlan): string | undefined {
  const [word, other, ...more] = prepare?.args ?? [];
  return prepare !== undefined && upgradesKubernetes(prepare.image) && word === 'prepare' && more.length === 0
    ? other
    : undefined;
}

function dependencyOf(plan: SucPlan, name: string, note: AddNote): Json {
  note(
    `Instead of the prepare container ${plan.prepare?.image ?? ''}, which waited for the Plan ${name}, and would wait for ever when that ` +
      'is gone: nothing starts before that plan has succeeded at this version.',
    'dependsOn',
  );
  return { name, version: plan.version === undefined || plan.version === '' ? UNKNOWN_VERSION : plan.version };
}

function exclusiveGroup(note: AddNote): string {
  note(
    'exclusive: true kept two such Plans off one node, which turns always do. This is more: one plan of the group runs at a time.',
    'exclusiveGroup',
  );
  return 'exclusive';
}

function maxUnavailableOf({ concurrency = 0 }: SucPlan, note: AddNote): number {
  if (concurrency > 0)
    note(`concurrency: ${concurrency}. Nodes that are down for another reason count as well.`, 'maxUnavailable');
  else note('concurrency was 0 or not set, and the Plan would never have done anything.', 'maxUnavailable');
  return Math.max(1, concurrency);
}

function batchesOf({ concurrency = 0, postCompleteDelay }: SucPlan, note: AddNote): readonly Json[] {
  const delay = Math.ceil(goDurationSeconds(postCompleteDelay ?? '0') ?? 0);
  if (delay > 0) {
    note(
      `postCompleteDelay: ${postCompleteDelay ?? ''} after each node. Here each batch is watched for that long before the next.`,
      'batches',
    );
    return [{ size: Math.max(1, concurrency), soakSeconds: Math.min(delay, MAX_SECONDS) }];
  }
  note(
    'There were no batches. This is one node first, then quarters of the fleet, each with one notification, and never more than ' +
      'maxUnavailable nodes down at once; one step {size: 100%} would be as before.',
    'batches',
  );
  return [{ size: 1 }, { size: '25%' }];
}

function windowOf(
  { window, crossesMidnight }: { readonly window: PlanWindow; readonly crossesMidnight: boolean },
  note: AddNote,
): PlanWindow {
  note(
    'The window was looked at only before the first node. Here it is before each, and what runs at its end is finished.',
    'windows',
  );
  if (crossesMidnight) {
    note('It ends on the day after it opened: the days are those on which it opens.', 'windows');
  }
  return window;
}

function timingOf({ jobActiveDeadlineSecs }: SucPlan, note: AddNote): Json | undefined {
  if (jobActiveDeadlineSecs === undefined || jobActiveDeadlineSecs < 0) return undefined;
  const path = ['processes', 0, 'timing'] as const;
  if (jobActiveDeadlineSecs === 0)
    note('jobActiveDeadlineSecs: 0 was no limit. This is the highest that there is, a week.', ...path);
  else note(`jobActiveDeadlineSecs: ${jobActiveDeadlineSecs} included the drain, which has its own limit here.`, ...path);
  return { deadlineSeconds: jobActiveDeadlineSecs === 0 ? MAX_SECONDS : Math.min(jobActiveDeadlineSecs, MAX_SECONDS) };
}

/** What has no counterpart is at least named. */
function noteTheRest(plan: SucPlan, note: AddNote): void {
  const labels = Object.entries(plan.postCompleteLabels).map(([key, value]) => `${key}=${value}`);
  if (labels.length > 0) {
    note(
      `No counterpart: the labels ${labels.join(', ')} that nodes got afterwards. Let the upgrade container set them.`,
      'processes',
    );
  }
  const digest = plan.annotations['upgrade.cattle.io/digest'];
  if (digest !== undefined) {
    note(
      `No counterpart is needed for the annotation upgrade.cattle.io/digest (${digest}): every change of a template runs nodes again.`,
    );
  }
  const lost = [...Object.keys(plan.labels), ...Object.keys(plan.annotations)].filter(
    (key) => key.includes('cattle.io/') && key !== 'upgrade.cattle.io/digest',
  );
  if (lost.length > 0) note(`Left out, as it was from the Jobs: ${lost.join(', ')}.`);
}
