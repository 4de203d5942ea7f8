import { expect, it } from '@jest/globals';
import { RefusalMemory } from '../../../../src/operator/gather/refusal-memory.ts';

it('A rejected Job is remembered for an hour', () => {
  let clock = 0;
  const memory = new RefusalMemory(() => clock);
  memory.jobRefused('baton-1', 'denied');
  expect([...memory.jobRefusals]).toEqual([['baton-1', 'denied']]);
  clock = 3_600_001;
  memory.jobRefused('baton-2', 'denied');
  expect([...memory.jobRefusals.keys()]).toEqual(['baton-2']);
});
