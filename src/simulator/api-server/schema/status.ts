import { errorText, withoutRepeats, type FieldError } from './field-error.ts';
import { goQuote } from './go-format.ts';

/** The body of a failed request. */
export interface FailureStatus {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: 'BadRequest' | 'Invalid';
  readonly details?: StatusDetails;
  readonly code: number;
}

interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes: readonly StatusCause[];
}

/** What is wrong with one field. */
export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

const FAILURE = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' } as const;

/** The answer 400. */
export function badRequest(message: string): FailureStatus {
  return { ...FAILURE, message, reason: 'BadRequest', code: 400 };
}

/** The answer 422 for an object; group and kind are empty if the request itself is wrong. */
export function invalidStatus(group: string, kind: string, name: string, errors: readonly FieldError[]): FailureStatus {
  const details = Object.fromEntries(Object.entries({ name, group, kind }).filter(([, value]) => value !== ''));
  const causes = errors.map(({ type, field, body }): StatusCause => ({ reason: type, message: body, field }));
  return {
    ...FAILURE,
    message: `${group === '' ? kind : `${kind}.${group}`} ${goQuote(name)} is invalid: ${aggregate(errors)}`,
    reason: 'Invalid',
    details: { ...details, causes },
    code: 422,
  };
}

/** All errors in one line, each text once. */
function aggregate(errors: readonly FieldError[]): string {
  const texts = withoutRepeats(errors).map(errorText);
  return texts.length === 1 ? texts.join('') : `[${texts.join(', ')}]`;
}
