import type { UpgradeActionSpec } from '../../../api/generated/upgradeaction.ts';
import type { StoryBatch } from '../../../api/generated/upgradebatch.ts';
import { presentFields } from '../../present-fields.ts';
import { planReasonTraits } from '../model/plan-reasons.ts';
import { counted } from '../../text.ts';
import type { NotifiedAction, NotifiedDependent, RolloutStory } from '../model/notified-rollout.ts';
import type { ClockText } from './clock-text.ts';
import { shortDuration } from '../../duration.ts';
import { leftText, versionsText, type OptionalLine, type NotificationData } from './facts-text.ts';
import { joined, oneLine, prose } from './text-line.ts';

const KINDS: Readonly<Record<StoryBatch['kind'], string>> = { Upgrade: '', Retry: ' retry', Rollback: ' back' };
const MAX_WAITS = 5;
/** Minimum wait that is mentioned (seconds). */
const MIN_WAIT_SECONDS = 60;

const ACTIONS: Readonly<Record<UpgradeActionSpec['action'], string>> = {
  Approve: 'approved',
  Pause: 'paused',
  Resume: 'resumed',
  Retry: 'retried',
  Skip: 'skipped',
  Release: 'released',
  Rollback: 'rolled back',
  Abort: 'aborted',
};
const ACTION_NAMES: ReadonlyMap<string, string> = new Map(Object.entries(ACTIONS));
/** Maximum length of the list of batches (characters). */
const MAX_BATCHES_LENGTH = 270;
/** Maximum length of the reason for an action (characters). */
const MAX_WHY_LENGTH = 60;

/** The story of a rollout that has ended: times, batches, failures, what is left, and who did what. */
export function storyTexts(data: NotificationData, clock: ClockText): readonly OptionalLine[] {
  const { story, settledTime } = data;
  if (story === undefined) return [];
  return [
    { rank: 1, text: timeText(story, settledTime, clock) },
    { rank: 2, text: rollbackText(data) },
    { rank: 6, text: story.batches > 1 ? batchesText(story) : undefined },
    { rank: 4, text: failuresText(story) },
    { rank: 3, text: leftText(data) },
    { rank: 8, text: drainsText(story) },
    { rank: 7, text: actionsText(story.acts ?? [], clock) },
    { rank: 5, text: dependentsText(story.dependents ?? [], clock) },
  ];
}

function timeText(
  { startTime, seconds, waitedSeconds, waits = [] }: RolloutStory,
  end: string | undefined,
  clock: ClockText,
): string {
  const ended = clock.day(end);
  const span = `${clock.day(startTime) ?? '?'}${ended === undefined ? '' : `–${ended}`} ${clock.zone}`;
  if (seconds === undefined) return span;
  const worked = `${span}: worked ${shortDuration(Math.max(0, seconds - waitedSeconds))}`;
  const byName = Map.groupBy(waits, ({ reason }) => planReasonTraits(reason).waitName ?? reason);
  const longest = [...byName]
    .map(([name, all]) => ({ name, total: all.reduce((sum, wait) => sum + wait.seconds, 0) }))
    .filter(({ total }) => total >= MIN_WAIT_SECONDS)
    .toSorted((a, b) => b.total - a.total)
    .slice(0, MAX_WAITS)
    .map(({ name, total }) => `${name} ${shortDuration(total)}`);
  return prose(`${worked}, waited ${shortDuration(waitedSeconds)}${longest.length === 0 ? '' : ` (${longest.join(', ')})`}`);
}

/** `1 ✅1 · 2 ✅20 · … · 5 🔴90/100 · 8 retry ✅9`: if it is too long, batches in the middle are left out. */
function batchesText({ shown = [] }: RolloutStory): string | undefined {
  let batches = shown;
  while (batches.length > 2 && listBatches(batches).length > MAX_BATCHES_LENGTH) {
    batches = batches.toSpliced(Math.floor(batches.length / 2), 1);
  }
  return batches.length === 0 ? undefined : prose(`Batches: ${listBatches(batches)}`);
}

function listBatches(batches: readonly StoryBatch[]): string {
  return batches
    .flatMap((batch, i) => {
      const before = batches[i - 1];
      return [...(before !== undefined && batch.index > before.index + 1 ? ['…'] : []), batchText(batch)];
    })
    .join(' · ');
}

function batchText({ index, kind, nodes, succeeded, failed }: StoryBatch): string {
  const good = kind === 'Rollback' ? '↩️' : '✅';
  const sign = failed > 0 ? '🔴' : succeeded < nodes ? '🟡' : good;
  return `${index}${KINDS[kind]} ${sign}${succeeded === nodes ? nodes : `${succeeded}/${nodes}`}`;
}

/** The version changes of a rollback, and the nodes that were not rolled back. */
function rollbackText({ story, plan, progress }: NotificationData): string | undefined {
  if (story?.rollback === undefined) return undefined;
  const { rolledBack, notBack, versions = [] } = story.rollback;
  const moves = versions.map(({ to, nodes }) => presentFields({ from: plan.version, to, nodes }));
  const stay = progress?.succeeded ?? 0;
  return joined(
    [
      `Back: ${rolledBack === 0 ? 'none' : versionsText(moves)}`,
      notBack === 0 ? undefined : `${counted(notBack, 'node')} did not go back`,
      stay === 0 ? undefined : `${stay} still at ${plan.version}`,
    ],
    '; ',
  );
}

/** Which dependent plans may start now that this one has ended, and which are still blocked. */
function dependentsText(dependents: readonly NotifiedDependent[], clock: ClockText): string | undefined {
  const list = (state: NotifiedDependent['state']): string =>
    dependents
      .filter((dependent) => dependent.state === state)
      .map(({ plan, opensTime }) => {
        const opens = clock.day(opensTime);
        return `plan ${plan}${opens === undefined ? '' : `, window ${opens} ${clock.zone}`}`;
      })
      .join('; ');
  const unblocked = list('Unblocked');
  const blocked = list('Blocked');
  return joined(
    [unblocked === '' ? undefined : `Unblocked: ${unblocked}`, blocked === '' ? undefined : `Still blocked: ${blocked}`],
    '. ',
  );
}

function failuresText({ failures = [], recovered = 0, retried = 0 }: RolloutStory): string | undefined {
  const total = failures.reduce((sum, { count }) => sum + count, 0);
  const each = failures.map(({ reason, process, count }) => `${count} ${reason}${process === undefined ? '' : ` (${process})`}`);
  const failed = total === 0 ? undefined : `Failures ${total}: ${each.join(', ')}`;
  const again = recovered === 0 ? undefined : `${recovered} recovered by a later batch`;
  const attempts = retried === 0 ? undefined : `${retried} done at a further attempt`;
  return joined([failed, again, attempts], '; ');
}

function drainsText({ drainWaits = [] }: RolloutStory): string | undefined {
  const [worst] = drainWaits;
  if (worst === undefined) return undefined;
  const what = worst.budget === undefined ? `Pod ${worst.pod ?? '?'}` : `PDB ${worst.budget}`;
  return prose(`Before next time: ${oneLine(what)} held up drains ${shortDuration(worst.seconds)} in all (${worst.nodes}×)`);
}

function actionsText(actions: readonly NotifiedAction[], clock: ClockText): string | undefined {
  const texts = actions.map(({ action, requestedBy, why, time }) => {
    const who = requestedBy === undefined ? '' : ` by ${oneLine(requestedBy)}`;
    const reason = why === undefined ? '' : ` "${oneLine(why).slice(0, MAX_WHY_LENGTH)}"`;
    return `${ACTION_NAMES.get(action) ?? action.toLowerCase()}${who} ${clock.time(time) ?? ''}${reason}`;
  });
  return texts.length === 0 ? undefined : prose(`People: ${texts.join('; ')}`);
}
