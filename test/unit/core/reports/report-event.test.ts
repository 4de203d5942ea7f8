import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { REPORT_REASONS } from '../../../../src/api/names.ts';
import { buildReportEvent, reportName } from '../../../../src/core/reports/report-event.ts';
import type { ReportOrigin } from '../../../../src/core/reports/report-event.ts';
import { aText, anInput, sha256 } from './report-samples.ts';

describe('buildReportEvent', () => {
  it('builds the complete Event of a report', () => {
    const text = aText({ progress: 40, task: 'kernel', fromVersion: '6.12.30', toVersion: '6.12.31' });

    expect(buildReportEvent(anInput({ text, sequence: 3 }), sha256)).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: {
        namespace: 'fleet',
        name: 'os-aec1b056b46439e48c949788a3524848',
        labels: { 'baton.dev/plan': 'kernel', 'baton.dev/batch': 'kernel-7f3c-4' },
        annotations: {
          'baton.dev/attempt': '1',
          'baton.dev/boot-id': 'boot-1',
          'baton.dev/sequence': '3',
          'baton.dev/progress': '40',
          'baton.dev/task': 'kernel',
          'baton.dev/from-version': '6.12.30',
          'baton.dev/to-version': '6.12.31',
        },
      },
      regarding: {
        apiVersion: 'baton.dev/v1alpha1',
        kind: 'UpgradeBatch',
        namespace: 'fleet',
        name: 'kernel-7f3c-4',
        uid: '11111111-1111-4111-8111-111111111111',
      },
      related: { apiVersion: 'v1', kind: 'Node', name: 'node-217', uid: '22222222-2222-4222-8222-222222222222' },
      action: 'os',
      reason: 'UpgradeProgressing',
      type: 'Normal',
      note: 'node-217/os: Installing packages',
      reportingController: 'baton.dev/reporter',
      reportingInstance: 'baton-reporter-abcde',
      eventTime: '2026-01-02T03:04:05.678000Z',
    });
  });

  it('omits the annotations of absent fields', () => {
    const { annotations } = buildReportEvent(anInput(), sha256).metadata;

    expect(Object.keys(annotations)).toEqual(['baton.dev/attempt', 'baton.dev/boot-id', 'baton.dev/sequence']);
  });

  it.each(REPORT_REASONS.map((reason) => ({ reason, type: reason === 'UpgradeFailed' ? 'Warning' : 'Normal' })))(
    'gives $reason the type $type',
    ({ reason, type }) => {
      expect(buildReportEvent(anInput({ text: aText({ reason }) }), sha256).type).toBe(type);
    },
  );

  it('generates a note from the other fields when there is none', () => {
    const text = aText({ note: undefined, progress: 40, task: 'kernel', fromVersion: '1', toVersion: '2' });

    expect(buildReportEvent(anInput({ text }), sha256).note).toBe('node-217/os: in progress, 40 %, kernel, 1 → 2');
  });

  it('limits a note in bytes, not in characters', () => {
    const note = '✓'.repeat(400);

    const built = buildReportEvent(anInput({ text: aText({ note }) }), sha256).note;

    expect(Buffer.byteLength(built)).toBeLessThanOrEqual(1024);
    expect(built.length).toBeLessThan(400);
    expect(built.endsWith('✓…')).toBe(true);
  });

  it('never builds a note of more than 1,024 bytes or with a split character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 1500 }), fc.stringMatching(/^[a-z]{1,253}$/), (note, name) => {
        const built = buildReportEvent(anInput({ text: aText({ note }), node: { name, uid: 'u', bootId: 'b' } }), sha256).note;

        expect(Buffer.byteLength(built)).toBeLessThanOrEqual(1024);
        expect(built.isWellFormed()).toBe(true);
        const whole = `${name}/os: ${note}`;
        if (Buffer.byteLength(whole) <= 1024) expect(built).toBe(whole);
        else expect(whole.startsWith(built.slice(0, -1)) && Buffer.byteLength(built) > 1020 - 3).toBe(true);
      }),
    );
  });

  it('cuts the reporting instance to 128 characters', () => {
    expect(buildReportEvent(anInput({ instance: 'x'.repeat(200) }), sha256).reportingInstance).toHaveLength(128);
  });
});

describe('reportName', () => {
  const origin: ReportOrigin = { batchUid: 'b', nodeUid: 'n', process: 'os', attempt: 1, bootId: 'boot', sequence: 1 };

  it('is the same for the same report and does not change between versions of Baton', () => {
    expect(reportName(origin, sha256)).toBe('os-5ab1919a6ce8832ae16b76d416c65595');
    expect(reportName({ ...origin }, sha256)).toBe(reportName(origin, sha256));
  });

  it.each([
    { batchUid: 'other' },
    { nodeUid: 'other' },
    { process: 'other' },
    { attempt: 2 },
    { bootId: 'other' },
    { sequence: 2 },
    { batchUid: 'b,n', nodeUid: '' },
  ])('differs for %j', (change) => {
    expect(reportName({ ...origin, ...change }, sha256)).not.toBe(reportName(origin, sha256));
  });

  it('is a DNS name of at most 63 characters with the longest process name', () => {
    expect(reportName({ ...origin, process: 'p'.repeat(30) }, sha256)).toMatch(/^[a-z0-9-]{63}$/);
  });
});
