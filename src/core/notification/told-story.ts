import type { RolloutStory as RecordedStory } from '../../api/generated/upgradebatch.ts';
import { presentFields } from '../present-fields.ts';
import { secondsBetween } from './duration.ts';
import { detailOf, type DetailRequest } from './node-detail.ts';
import { compressNodeNames } from './node-names.ts';
import type { RolloutStory } from './notification.ts';

/** The story of a rollout with as much of single nodes as may be told. */
export function tellStory(
  { quarantinedNodes = [], ...story }: RecordedStory,
  endTime: string | undefined,
  detail: DetailRequest,
): RolloutStory {
  const names = quarantinedNodes.filter(({ nodeDetail }) => detailOf(nodeDetail, detail) !== 'None').map(({ name }) => name);
  return presentFields({
    ...story,
    seconds: secondsBetween(story.startTime, endTime),
    waitedSeconds: (story.waits ?? []).reduce((sum, { seconds }) => sum + seconds, 0),
    quarantinedNodes: compressNodeNames(names).join(','),
  });
}
