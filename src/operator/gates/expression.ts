import { celEnv, isCelError, parse, plan, type CelInput } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';

/** The result of an expression for an object, or why it has none. */
export type ExpressionResult = boolean | { readonly problem: string };

/** A CEL expression about `object`. */
export type Expression = (object: unknown) => ExpressionResult;

const ENVIRONMENT = celEnv({ funcs: strings });

/** Evaluation errors that occur with every object. */
const PERMANENT_ERROR = /^unbound function/;

/** Parses an expression. Returns the problem when it is not valid CEL or calls an unknown function. */
export function parseExpression(expression: string): Expression | { readonly problem: string } {
  let evaluate;
  try {
    evaluate = plan(ENVIRONMENT, parse(expression));
  } catch (error) {
    return { problem: error instanceof Error ? error.message.replace(/^<input>:/, 'at ') : String(error) };
  }
  const compiled: Expression = (object) => {
    const result = evaluate({ object: celInput(object) });
    if (isCelError(result)) return { problem: result.message };
    return typeof result === 'boolean' ? result : { problem: `it returns a ${typeName(result)} instead of true or false` };
  };
  const trial = compiled({});
  return typeof trial === 'object' && PERMANENT_ERROR.test(trial.problem) ? trial : compiled;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'bigint' ? 'number' : typeof value;
}

/** Converts JSON to CEL values as Kubernetes does: a number without a fraction is an int. */
function celInput(value: unknown): CelInput {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(celInput);
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, inner]) => [key, celInput(inner)] as const));
  }
  return null;
}
