import { createHash } from 'node:crypto';
import type { Turn } from '../../../../src/api/marks.ts';
import type { ReportInput, ReportText } from '../../../../src/core/reports/report-event.ts';

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export const TURN: Turn = {
  namespace: 'fleet',
  plan: 'kernel',
  batch: 'kernel-7f3c-4',
  batchUid: '11111111-1111-4111-8111-111111111111',
  processes: ['os', 'firmware'],
  attempt: 1,
  openedTime: '2026-01-02T03:04:05Z',
  cordoned: true,
  before: { unschedulable: false, bootId: 'boot-1', kept: [] },
};

export function aText(changes: Partial<ReportText> = {}): ReportText {
  return {
    reason: 'UpgradeProgressing',
    note: 'Installing packages',
    progress: undefined,
    task: undefined,
    fromVersion: undefined,
    toVersion: undefined,
    ...changes,
  };
}

export function anInput(changes: Partial<ReportInput> = {}): ReportInput {
  return {
    turn: TURN,
    node: { name: 'node-217', uid: '22222222-2222-4222-8222-222222222222', bootId: 'boot-1' },
    process: 'os',
    attempt: 1,
    sequence: 1,
    text: aText(),
    instance: 'baton-reporter-abcde',
    time: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
    ...changes,
  };
}
