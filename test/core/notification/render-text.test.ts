import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { consolidate } from '../../../src/core/notification/consolidate.ts';
import type { Notification } from '../../../src/core/notification/notification.ts';
import { golden } from './golden.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Scenario } from './scenarios.ts';

function tell({ batch, reports, cluster }: Scenario): Notification {
  return consolidate({ batch, reports, cluster, agent: { node: 'node-217', pod: 'kernel-agent-5c1f-3' } });
}

describe('the text of a notification', () => {
  it.each(SCENARIOS)('reads as its golden file: $title', (scenario) => {
    const file = fileURLToPath(new URL(`golden/${scenario.name}.txt`, import.meta.url));

    const { text } = tell(scenario);

    expect(`${text}\n`).toBe(golden(file, `${text}\n`));
  });

  it.each(SCENARIOS)('has at most 12 lines and 4,000 characters: $title', (scenario) => {
    const { text } = tell(scenario);

    expect(text.split('\n').length).toBeLessThanOrEqual(12);
    expect(text.length).toBeLessThanOrEqual(4000);
  });
});
