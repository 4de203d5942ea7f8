import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';

/** Whether a condition of a batch is `True`. */
export function has(batch: UpgradeBatch | undefined, type: string): boolean {
  return batch?.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') === true;
}
