import { expect, it } from '@jest/globals';
import { styleOf } from '../../../../../src/core/notification/text/message-style.ts';
import { aPlan } from '../../rollout/support/objects.ts';

const SINK = { name: 'ops', nodeDetail: 'None' } as const;

it('a style contains what the plan and its sink set for messages', () => {
  const nights = { name: 'nights', schedule: '0 22 * * *', durationSeconds: 60, timeZone: 'Europe/Paris' };
  const notify = { nodeDetail: 'All', runbookUrl: 'https://wiki.example/' } as const;

  expect(styleOf(aPlan({ windows: [nights], notify }), SINK)).toEqual({
    detail: { plan: 'All', sink: 'None' },
    timeZone: 'Europe/Paris',
    runbookUrl: 'https://wiki.example/',
  });
});

it('the style of a plan without settings contains only what the sink sets', () => {
  expect(styleOf(aPlan({ notify: {} }), SINK)).toEqual({ detail: { plan: undefined, sink: 'None' } });
});
