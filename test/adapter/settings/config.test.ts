import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { parseConfig } from '../../../src/settings/config.ts';
import { ExitError } from '../../../src/settings/exit-error.ts';

const schema = z.object({
  node: z.string().describe("the node's name"),
  beatSeconds: z.coerce.number().int().min(1).default(60).describe('a whole number of seconds from 1'),
});
const names = { node: 'BATON_NODE', beatSeconds: 'BATON_BEAT_SECONDS' } as const;

function complaintOf(env: Readonly<Record<string, string>>): unknown {
  try {
    return parseConfig(schema, env, names);
  } catch (error) {
    return error instanceof ExitError ? { exitCode: error.exitCode, message: error.message } : error;
  }
}

describe('parseConfig', () => {
  it('reads each field from its variable, with defaults', () => {
    expect(parseConfig(schema, { BATON_NODE: 'n', OTHER: 'x' }, names)).toEqual({ node: 'n', beatSeconds: 60 });
    expect(parseConfig(schema, { BATON_NODE: 'n', BATON_BEAT_SECONDS: '5' }, names)).toEqual({ node: 'n', beatSeconds: 5 });
  });

  it('treats an empty variable as not set', () => {
    expect(parseConfig(schema, { BATON_NODE: 'n', BATON_BEAT_SECONDS: '' }, names)).toEqual({ node: 'n', beatSeconds: 60 });
    expect(complaintOf({ BATON_NODE: '' })).toEqual({
      exitCode: 2,
      message: "The environment variable BATON_NODE is not set: set it to the node's name.",
    });
  });

  it('names every wrong variable, what is wrong and what to do, without its value', () => {
    expect(complaintOf({ BATON_BEAT_SECONDS: 'hunter2' })).toEqual({
      exitCode: 2,
      message: [
        "The environment variable BATON_NODE is not set: set it to the node's name.",
        'The environment variable BATON_BEAT_SECONDS is invalid (Invalid input: expected number, received NaN): ' +
          'set it to a whole number of seconds from 1.',
      ].join('\n'),
    });
  });
});
