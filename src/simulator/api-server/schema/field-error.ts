import { goFloat, goJson, goQuote, isGoInteger } from './go-format.ts';

const TITLES = {
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueTypeInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueNotFound: 'Not found',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
} as const;

/** What is wrong with one field, as Kubernetes classifies it. */
export type FieldErrorType = keyof typeof TITLES;

/** An error about one field. Source: apimachinery, pkg/util/validation/field. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  /** The message without the path of the field. */
  readonly body: string;
}

/** A value that messages show as this text. */
export class Printed {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The value of a field that messages do not show. */
export const OMITTED = Symbol('omitted');

/** The path that Kubernetes prints for an error that belongs to no field. */
export const NO_FIELD = '<nil>';

export function required(field: string, detail = ''): FieldError {
  return fieldError('FieldValueRequired', field, OMITTED, detail);
}

export function duplicate(field: string, value: unknown): FieldError {
  return fieldError('FieldValueDuplicate', field, value, '');
}

export function invalid(field: string, value: unknown, detail: string): FieldError {
  return fieldError('FieldValueInvalid', field, value, detail);
}

export function typeInvalid(field: string, value: unknown, detail: string): FieldError {
  return fieldError('FieldValueTypeInvalid', field, value, detail);
}

export function notSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  return fieldError('FieldValueNotSupported', field, value, `supported values: ${supported.map(goQuote).join(', ')}`);
}

export function notFound(field: string, value: unknown): FieldError {
  return fieldError('FieldValueNotFound', field, value, '');
}

export function forbidden(field: string, detail: string): FieldError {
  return fieldError('FieldValueForbidden', field, OMITTED, detail);
}

export function tooLong(field: string, maximum: number): FieldError {
  const unit = maximum === 1 ? 'byte' : 'bytes';
  return fieldError('FieldValueTooLong', field, OMITTED, `may not be more than ${maximum} ${unit}`);
}

export function tooMany(field: string, actual: number, maximum: number): FieldError {
  return fieldError('FieldValueTooMany', field, actual, `must have at most ${maximum} item${maximum === 1 ? '' : 's'}`);
}

function fieldError(type: FieldErrorType, field: string, value: unknown, detail: string): FieldError {
  const parts = [TITLES[type], ...(value === OMITTED ? [] : [printedValue(value)]), ...(detail === '' ? [] : [detail])];
  return { type, field, body: parts.join(': ') };
}

function printedValue(value: unknown): string {
  if (value instanceof Printed) return value.text;
  if (typeof value === 'string') return goQuote(value);
  if (typeof value === 'number' && !isGoInteger(value)) return goFloat(value);
  return goJson(value);
}

/** The error as it appears in the message of a Status. */
export function errorText({ field, body }: FieldError): string {
  return `${field}: ${body}`;
}

/** The errors without those whose text is already there. */
export function withoutRepeats(errors: readonly FieldError[]): readonly FieldError[] {
  return [...new Map(errors.map((error) => [errorText(error), error])).values()];
}
