import { expect, it } from '@jest/globals';
import { RejectionMemory } from '../../../../src/operator/gather/rejection-memory.ts';

it('A rejected Job is remembered for an hour', () => {
  let clock = 0;
  const memory = new RejectionMemory(() => clock);
  memory.jobRejected('baton-1', 'denied');
  expect([...memory.jobRejections]).toEqual([['baton-1', 'denied']]);
  clock = 3_600_001;
  memory.jobRejected('baton-2', 'denied');
  expect([...memory.jobRejections.keys()]).toEqual(['baton-2']);
});
