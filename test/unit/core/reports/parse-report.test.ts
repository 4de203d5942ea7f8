import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseReport, isSameReport } from '../../../../src/core/reports/parse-report.ts';
import { buildReportEvent } from '../../../../src/core/reports/report-event.ts';
import type { ReportInput } from '../../../../src/core/reports/report-event.ts';
import { aText, anInput, sha256 } from './report-samples.ts';

function stored(input: ReportInput = anInput()): Record<string, unknown> {
  const event = buildReportEvent(input, sha256);
  return { ...event, metadata: { ...event.metadata, uid: 'e', creationTimestamp: '2026-01-02T03:04:07Z' } };
}

function changed(path: readonly string[], value: unknown): unknown {
  const event: unknown = JSON.parse(JSON.stringify(stored()));
  let at = event as Record<string, unknown>;
  for (const field of path.slice(0, -1)) at = at[field] as Record<string, unknown>;
  at[path.at(-1)!] = value;
  return event;
}

describe('parseReport', () => {
  it('reads what buildReportEvent wrote, with the time of the API server', () => {
    const text = aText({ progress: 40, task: 'kernel', fromVersion: '1', toVersion: '2' });

    expect(parseReport(stored(anInput({ text, attempt: 2, sequence: 7 })))).toEqual({
      batchUid: '11111111-1111-4111-8111-111111111111',
      node: 'node-217',
      nodeUid: '22222222-2222-4222-8222-222222222222',
      process: 'os',
      attempt: 2,
      bootId: 'boot-1',
      sequence: 7,
      reason: 'UpgradeProgressing',
      note: 'Installing packages',
      progress: 40,
      task: 'kernel',
      fromVersion: '1',
      toVersion: '2',
      time: Date.UTC(2026, 0, 2, 3, 4, 7),
      lastHeardTime: Date.UTC(2026, 0, 2, 3, 4, 7),
      heartbeats: 0,
    });
  });

  it("takes the time of the last heartbeat from the API server's clock, not from the host's", () => {
    const event = {
      ...stored(),
      series: { count: 4, lastObservedTime: '2031-01-01T00:00:00.000000Z' },
      metadata: {
        ...(stored()['metadata'] as object),
        managedFields: [
          { manager: 'baton-reporter', operation: 'Update', time: '2026-01-02T03:04:07Z' },
          { manager: 'baton-reporter', operation: 'Update', subresource: 'series', time: '2026-01-02T03:09:00Z' },
        ],
      },
    };

    expect(parseReport(event)).toMatchObject({
      time: Date.UTC(2026, 0, 2, 3, 4, 7),
      lastHeardTime: Date.UTC(2026, 0, 2, 3, 9, 0),
    });
  });

  it.each([
    ['no list of writers', 'soon'],
    ['no times', [{}, 3, { time: 'soon' }]],
  ])('finds no heartbeat in managedFields with %s', (_, managedFields) => {
    expect(parseReport(changed(['metadata', 'managedFields'], managedFields))?.lastHeardTime).toBe(Date.UTC(2026, 0, 2, 3, 4, 7));
  });

  it('counts heartbeats without the report itself', () => {
    expect(parseReport({ ...stored(), series: { count: 4, lastObservedTime: '2026-01-02T03:08:07.000000Z' } })?.heartbeats).toBe(
      3,
    );
  });

  it('treats an Event without our annotations as the first attempt', () => {
    expect(parseReport(changed(['metadata', 'annotations'], undefined))).toMatchObject({ attempt: 1, sequence: 0, bootId: '' });
  });

  it('ignores a generated note', () => {
    const text = aText({ note: undefined, progress: 40, toVersion: '2' });

    expect(parseReport(stored(anInput({ text })))).toMatchObject({ note: '', progress: 40, toVersion: '2' });
  });

  it('keeps a note that does not begin with node and process', () => {
    expect(parseReport(changed(['note'], 'half way'))?.note).toBe('half way');
  });

  it.each([
    [['reason'], 'UpgradeExploded'],
    [['reason'], undefined],
    [['action'], ''],
    [['regarding', 'kind'], 'Pod'],
    [['regarding', 'uid'], undefined],
    [['related', 'kind'], 'Pod'],
    [['related'], undefined],
    [['related', 'name'], 7],
    [['metadata', 'creationTimestamp'], 'yesterday'],
    [['metadata', 'creationTimestamp'], undefined],
    [['metadata', 'annotations', 'baton.dev/attempt'], 'one'],
    [['metadata', 'annotations', 'baton.dev/attempt'], '0'],
    [['metadata', 'annotations', 'baton.dev/sequence'], '-1'],
  ])('finds no report when %j is %j', (path, value) => {
    expect(parseReport(changed(path, value))).toBeUndefined();
  });

  it.each(['101', '-1', '4.5', 'forty', '', 40])('ignores the invalid progress %j', (progress) => {
    expect(parseReport(changed(['metadata', 'annotations', 'baton.dev/progress'], progress))).toMatchObject({
      progress: undefined,
    });
  });

  it('never throws for any value', () => {
    fc.assert(fc.property(fc.anything(), (value) => parseReport(value) === undefined));
  });

  it('never throws for any value of a field', () => {
    const paths = fc.constantFrom(
      ['metadata'],
      ['metadata', 'annotations'],
      ['regarding'],
      ['related'],
      ['series'],
      ['note'],
      ['reason'],
    );
    fc.assert(
      fc.property(paths, fc.anything(), (path, value) => {
        parseReport(changed(path, value));
      }),
    );
  });
});

describe('isSameReport', () => {
  it('is true regardless of the poster, the time and the number of heartbeats', () => {
    const other = { ...stored(anInput({ instance: 'another', time: 5 })), series: { count: 9, lastObservedTime: '' } };

    expect(isSameReport(other, buildReportEvent(anInput(), sha256))).toBe(true);
  });

  it('is true for a note that was cut', () => {
    const input = anInput({ text: aText({ note: 'ä'.repeat(2000) }) });

    expect(isSameReport(stored(input), buildReportEvent(input, sha256))).toBe(true);
  });

  it.each([
    { reason: 'UpgradeSucceeded' as const },
    { note: 'Another' },
    { progress: 1 },
    { task: 'another' },
    { fromVersion: '0' },
    { toVersion: '3' },
  ])('is false when the text differs in %j', (change) => {
    expect(isSameReport(stored(), buildReportEvent(anInput({ text: aText(change) }), sha256))).toBe(false);
  });

  it('is false for an Event that is not a report', () => {
    expect(isSameReport({}, {})).toBe(false);
  });
});
