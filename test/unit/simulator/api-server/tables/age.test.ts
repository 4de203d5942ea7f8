import { describe, expect, it } from '@jest/globals';
import { humanDuration, since } from '../../../../../src/simulator/api-server/tables/age.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

describe('A duration in the words of kubectl', () => {
  it.each([
    { seconds: -2, text: '<invalid>' },
    { seconds: -1, text: '0s' },
    { seconds: 0.9, text: '0s' },
    { seconds: 119, text: '119s' },
    { seconds: 2 * MINUTE, text: '2m' },
    { seconds: 9 * MINUTE + 59, text: '9m59s' },
    { seconds: 10 * MINUTE + 59, text: '10m' },
    { seconds: 3 * HOUR - 1, text: '179m' },
    { seconds: 3 * HOUR, text: '3h' },
    { seconds: 7 * HOUR + 59 * MINUTE, text: '7h59m' },
    { seconds: 47 * HOUR, text: '47h' },
    { seconds: 2 * DAY, text: '2d' },
    { seconds: 7 * DAY + 23 * HOUR, text: '7d23h' },
    { seconds: 8 * DAY + 23 * HOUR, text: '8d' },
    { seconds: 2 * YEAR + DAY, text: '2y1d' },
    { seconds: 9 * YEAR + 40 * DAY, text: '9y' },
  ])('shows $seconds s as $text', ({ seconds, text }) => {
    expect(humanDuration(seconds * 1000)).toBe(text);
  });

  it('is unknown without a time', () => {
    expect([since(undefined, 0), since(null, 0), since('1970-01-01T00:00:00Z', 5000)]).toEqual(['<unknown>', '<unknown>', '5s']);
  });
});
