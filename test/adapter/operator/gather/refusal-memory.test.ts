import { expect, it } from '@jest/globals';
import { RefusalMemory } from '../../../../src/operator/gather/refusal-memory.ts';

it('A Job that was refused is remembered, and forgotten after an hour without news', () => {
  let clock = 0;
  const memory = new RefusalMemory(() => clock);
  memory.jobRefused('baton-1', 'denied');
  expect([...memory.jobRefusals]).toEqual([['baton-1', 'denied']]);
  clock = 3_600_001;
  memory.jobRefused('baton-2', 'denied');
  expect([...memory.jobRefusals.keys()]).toEqual(['baton-2']);
});
