import { describe, expect, it } from '@jest/globals';
import type { Receipt } from '../../../../src/api/generated/upgradebatch.ts';
import { isProbe, newestIn, seriesId, seriesPlace } from '../../../../src/core/baton/series.ts';

const UID = 'uid-of-os-aaaa-1';

describe('The id of a series', () => {
  it.each([
    { series: 'live', number: 1, id: `${UID}/live` },
    { series: 'live', number: 2, id: `${UID}/live.2` },
    { series: 'probe', number: 1, id: `${UID}/probe` },
    { series: 'probe', number: 12, id: `${UID}/probe.12` },
  ] as const)('of number $number is $id, which is read as the same', ({ series, number, id }) => {
    expect(seriesId(series, UID, number)).toBe(id);
    expect(seriesPlace(id)).toEqual({ batchUid: UID, series, number });
    expect(isProbe({ id })).toBe(series === 'probe');
  });

  it.each([
    `${UID}/1`,
    `${UID}/live.x`,
    `${UID}/live.0`,
    `${UID}/live.1`,
    `${UID}/live.2.3`,
    `${UID}/probe.99999999999999999`,
    'probe',
  ])('is not %s', (id) => {
    expect(seriesPlace(id)).toBeUndefined();
  });
});

describe('The newest of a series', () => {
  const receipt = (id: string, sink = 'ops'): Receipt => ({ sink, id, outcome: 'Delivered', time: '2026-11-22T10:00:00Z' });
  const receipts = [
    receipt(`${UID}/live.10`),
    receipt(`${UID}/live.9`),
    receipt(`${UID}/probe.11`),
    receipt(`${UID}/live.12`, 'chat'),
    receipt('another/live.13'),
    receipt(`${UID}/1`),
  ];

  it('is that with the highest number, of the same sink, batch and series', () => {
    expect(newestIn({ series: 'live', batchUid: UID }, 'ops', receipts)).toEqual({ receipt: receipts[0], number: 10 });
    expect(newestIn({ series: 'probe', batchUid: UID }, 'ops', receipts)?.number).toBe(11);
    expect(newestIn({ series: 'probe', batchUid: UID }, 'chat', receipts)).toBeUndefined();
  });
});
