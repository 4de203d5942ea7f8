import { z } from 'zod';
import { ExitError } from './exit-error.ts';
import { LOG_LEVELS } from './log-levels.ts';

/** Exit code for an invalid configuration or invalid arguments. */
const EXIT_USAGE = 2;

/** The log level, a setting of every program. */
export const logLevel = z
  .enum(LOG_LEVELS)
  .default('info')
  .describe(`one of ${LOG_LEVELS.join(', ')}`);

/**
 * Reads a configuration from environment variables. An empty variable counts as not set. Give each field of the schema a `.describe(...)`
 * that completes "set it to …": it becomes the advice in the error.
 *
 * @param schema one field for each setting.
 * @param env the environment, as in `process.env`.
 * @param names the variable of each field.
 * @throws ExitError with exit code 2 that lists every wrong variable, what is wrong and what to do. It repeats no value, which may be secret.
 */
export function parseConfig<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  env: Readonly<Record<string, string | undefined>>,
  names: Readonly<Record<keyof Shape & string, string>>,
): z.output<z.ZodObject<Shape>> {
  const variables: ReadonlyMap<string, string> = new Map(Object.entries<string>(names));
  const values: Record<string, string> = {};
  for (const [field, variable] of variables) {
    const value = env[variable];
    if (value !== undefined && value !== '') values[field] = value;
  }
  const parsed = schema.safeParse(values);
  if (parsed.success) return parsed.data;

  const problems = parsed.error.issues.map((issue) => {
    const field = String(issue.path[0]);
    const what = Object.hasOwn(values, field) ? `is invalid (${issue.message})` : 'is not set';
    const advice = describe(schema.shape, field);
    return `The environment variable ${variables.get(field) ?? field} ${what}${advice === undefined ? '' : `: set it to ${advice}`}.`;
  });
  throw new ExitError(problems.join('\n'), EXIT_USAGE, { cause: parsed.error });
}

function describe(shape: z.ZodRawShape, field: string): string | undefined {
  const schema = shape[field];
  return schema !== undefined && 'description' in schema && typeof schema.description === 'string'
    ? schema.description
    : undefined;
}
