import { z } from 'zod';
import { ExitError } from './exit-error.ts';
import { LOG_LEVELS } from './logging.ts';

/** Exit code of a program whose configuration or arguments are wrong. */
const EXIT_USAGE = 2;

/** How much a program logs: a setting that all of them have. */
export const logLevel = z
  .enum(LOG_LEVELS)
  .default('info')
  .describe(`one of ${LOG_LEVELS.join(', ')}`);

/**
 * Reads a configuration from environment variables. An empty variable counts as one that is not set. Give each field of the schema
 * a `.describe(...)` that completes "set it to …": it becomes the advice of the error.
 *
 * @param schema one field for each setting.
 * @param env the environment, as in `process.env`.
 * @param names the variable of each field.
 * @throws ExitError with exit code 2 that names every wrong variable, what is wrong, and what to do. It repeats no value, for it may be a secret.
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

  const complaints = parsed.error.issues.map((issue) => {
    const field = String(issue.path[0]);
    const what = Object.hasOwn(values, field) ? `has a wrong value (${issue.message})` : 'is not set';
    const advice = describe(schema.shape, field);
    return `The environment variable ${variables.get(field) ?? field} ${what}${advice === undefined ? '' : `: set it to ${advice}`}.`;
  });
  throw new ExitError(complaints.join('\n'), EXIT_USAGE, { cause: parsed.error });
}

function describe(shape: z.ZodRawShape, field: string): string | undefined {
  const schema = shape[field];
  return schema !== undefined && 'description' in schema && typeof schema.description === 'string'
    ? schema.description
    : undefined;
}
