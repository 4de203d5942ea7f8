import type { Sink, UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import { presentFields } from '../../present-fields.ts';
import type { DetailRequest } from '../model/node-detail.ts';

/** How the messages of a plan read in one sink. */
export interface MessageStyle {
  /** How much messages reveal about single nodes. */
  readonly detail: DetailRequest;
  /** The time zone of the times in texts. Defaults to UTC. */
  readonly timeZone?: string;
  /** The page that describes what to do in trouble. */
  readonly runbookUrl?: string;
}

/** The style that a plan sets for one of its sinks. */
export function styleOf({ spec }: Pick<UpgradePlan, 'spec'>, sink: Sink): MessageStyle {
  const { notify, windows } = spec;
  return presentFields({
    detail: { plan: notify?.nodeDetail, sink: sink.nodeDetail },
    timeZone: windows?.[0]?.timeZone,
    runbookUrl: notify?.runbookUrl,
  });
}
