import { celEnv, isCelError, parse, plan, type CelInput } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';

/** What an expression is of an object: true, false, or in words why it is neither. */
export type Truth = boolean | { readonly problem: string };

/** A CEL expression about `object`. */
export type Expression = (object: unknown) => Truth;

const ENVIRONMENT = celEnv({ funcs: strings });

/** Complaints of an evaluation that no object would make good. */
const HOPELESS = /^unbound function/;

/** Reads an expression. Gives its complaint where it is no CEL, or calls a function that there is not. */
export function readExpression(expression: string): Expression | { readonly problem: string } {
  let evaluate;
  try {
    evaluate = plan(ENVIRONMENT, parse(expression));
  } catch (error) {
    return { problem: error instanceof Error ? error.message.replace(/^<input>:/, 'at ') : String(error) };
  }
  const read: Expression = (object) => {
    const result = evaluate({ object: celInput(object) });
    if (isCelError(result)) return { problem: result.message };
    return typeof result === 'boolean' ? result : { problem: `it gives a ${kindOf(result)}, neither true nor false` };
  };
  const tried = read({});
  return typeof tried === 'object' && HOPELESS.test(tried.problem) ? tried : read;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return typeof value === 'bigint' ? 'number' : typeof value;
}

/** As Kubernetes does it: a number without a fraction is an int. */
function celInput(value: unknown): CelInput {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(celInput);
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, inner]) => [key, celInput(inner)] as const));
  }
  return null;
}
