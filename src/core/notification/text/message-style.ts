import type { Sink, UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import { presentFields } from '../../present-fields.ts';
import type { DetailRequest } from '../model/node-detail.ts';

/** How the messages of a plan read in one sink. */
export interface MessageStyle {
  /** How much is told of single nodes. */
  readonly detail: DetailRequest;
  /** The zone in which times are told; without it, UTC. */
  readonly timeZone?: string;
  /** Where people read what to do in trouble. */
  readonly runbookUrl?: string;
}

/** What a plan asks for in one of its sinks. */
export function styleOf({ spec }: Pick<UpgradePlan, 'spec'>, sink: Sink): MessageStyle {
  const { notify, windows } = spec;
  return presentFields({
    detail: { plan: notify?.nodeDetail, sink: sink.nodeDetail },
    timeZone: windows?.[0]?.timeZone,
    runbookUrl: notify?.runbookUrl,
  });
}
