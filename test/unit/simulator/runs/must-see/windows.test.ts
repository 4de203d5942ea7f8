import { expect } from '@jest/globals';
import type { MaintenanceWindow } from '../../../../../src/api/generated/upgradeplan.ts';
import { nextOpening } from '../../../../../src/core/schedule/windows.ts';
import { createCron } from '../../../../../src/operator/validation/cron.ts';
import { mustSee } from './must-see.ts';

/** Saturdays from 23:00 on. In 2026, clocks in Nuuk go from Saturday, 28 March, 23:00 to Sunday, 0:00. */
const SATURDAYS: MaintenanceWindow = {
  name: 'saturdays',
  schedule: '0 23 * * 6',
  timeZone: 'America/Nuuk',
  durationSeconds: 7200,
};

mustSee({
  entry: 'E30',
  fault: 'A window does not open on a day whose hour is skipped by a clock change past midnight',
  play: () => {
    const opening = nextOpening([SATURDAYS], createCron(), Date.UTC(2026, 2, 23));
    return Promise.resolve(opening === undefined ? undefined : new Date(opening.at).toISOString());
  },
  today: (opening) => {
    expect(opening).toBe('2026-04-05T00:00:00.000Z');
  },
  right: (opening) => {
    // The moment of the change, as where the skipped hour is in the middle of a day.
    expect(opening).toBe('2026-03-29T01:00:00.000Z');
  },
});
