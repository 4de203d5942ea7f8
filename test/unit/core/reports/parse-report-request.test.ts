import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { chooseProcess, parseReportRequest } from '../../../../src/core/reports/parse-report-request.ts';

describe('parseReportRequest', () => {
  it('accepts a reason alone', () => {
    expect(parseReportRequest({ reason: 'UpgradeStarted' })).toEqual({
      kind: 'Valid',
      request: {
        process: undefined,
        attempt: undefined,
        text: {
          reason: 'UpgradeStarted',
          note: undefined,
          progress: undefined,
          task: undefined,
          fromVersion: undefined,
          toVersion: undefined,
        },
      },
    });
  });

  it('accepts every field', () => {
    const text = { reason: 'UpgradeProgressing', note: 'n', progress: 40, task: 't', fromVersion: '1', toVersion: '2' };

    expect(parseReportRequest({ ...text, process: 'os', attempt: 2 })).toEqual({
      kind: 'Valid',
      request: { process: 'os', attempt: 2, text },
    });
  });

  it('cuts a long note and a long task instead of rejecting the report', () => {
    const parsed = parseReportRequest({ reason: 'UpgradeFailed', note: 'ä'.repeat(5000), task: 'ö'.repeat(500) });

    expect(parsed.kind === 'Valid' && Buffer.byteLength(parsed.request.text.note ?? '')).toBe(1023);
    expect(parsed.kind === 'Valid' && Buffer.byteLength(parsed.request.text.task ?? '')).toBe(127);
  });

  it('treats an empty string as absent', () => {
    expect(parseReportRequest({ reason: 'UpgradeStarted', note: '', process: '' })).toEqual(
      parseReportRequest({ reason: 'UpgradeStarted' }),
    );
  });

  it.each([
    ['a list', [], 'The report must be a JSON object, for example {"reason":"UpgradeStarted"}.'],
    ['a string', 'started', 'The report must be a JSON object, for example {"reason":"UpgradeStarted"}.'],
    [
      'no reason',
      {},
      '`reason` must be one of UpgradeStarted, UpgradeProgressing, UpgradeRebooting, UpgradeSucceeded, UpgradeFailed, UpgradeSkipped.',
    ],
    [
      'an unknown reason',
      { reason: 'Started' },
      '`reason` must be one of UpgradeStarted, UpgradeProgressing, UpgradeRebooting, UpgradeSucceeded, UpgradeFailed, UpgradeSkipped.',
    ],
    [
      'an unknown field',
      { reason: 'UpgradeStarted', colour: 'x' },
      'Unknown field `colour`. The known fields are: process, reason, note, progress, task, fromVersion, toVersion, checkpoint, attempt.',
    ],
    [
      'a checkpoint without a key',
      { reason: 'UpgradeStarted', checkpoint: 'x' },
      '`checkpoint` must be key=value: a key of letters, digits, `.`, `_` and `-`, at most 63, and a value of one line.',
    ],
    ['a note that is not a string', { reason: 'UpgradeStarted', note: 5 }, '`note` must be a string.'],
    [
      'a progress above 100',
      { reason: 'UpgradeStarted', progress: 101 },
      '`progress` must be a whole number from 0 to 100 (percent).',
    ],
    [
      'a progress as a string',
      { reason: 'UpgradeStarted', progress: '40' },
      '`progress` must be a whole number from 0 to 100 (percent).',
    ],
    ['attempt 0', { reason: 'UpgradeStarted', attempt: 0 }, '`attempt` must be a whole number from 1 to 100.'],
    ['a long version', { reason: 'UpgradeStarted', toVersion: 'v'.repeat(65) }, '`toVersion` must have at most 64 characters.'],
  ])('rejects %s and says what is wrong', (_name, json, message) => {
    expect(parseReportRequest(json)).toEqual({ kind: 'Invalid', message });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.anything(), (json) => parseReportRequest(json).kind === 'Invalid'));
  });
});

describe('chooseProcess', () => {
  it('chooses the only process of a turn', () => {
    expect(chooseProcess(undefined, ['os'])).toEqual({ kind: 'Valid', process: 'os' });
  });

  it('requires a process when the turn has several', () => {
    expect(chooseProcess(undefined, ['os', 'firmware'])).toEqual({
      kind: 'Invalid',
      message: '`process` is required, because this turn has several processes: os, firmware.',
    });
  });

  it('lists the processes when another one is requested', () => {
    expect(chooseProcess('bios', ['os'])).toEqual({
      kind: 'Invalid',
      message: "`process` must be one of the processes of this turn (os), got 'bios'.",
    });
  });
});
