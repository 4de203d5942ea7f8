import {
  celEnv,
  celFunc,
  celMethod,
  CelScalar,
  isCelError,
  mapType,
  parse,
  plan,
  type CelInput,
  type CelValue,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { isUrl, parseUrl, type GoUrl } from './go-url.ts';

/** The result of an expression, or why it has none. */
export type CelOutcome = { readonly value: CelValue } | { readonly problem: string };

/** A parsed expression. */
export type CelProgram = (variables: Readonly<Record<string, CelInput>>) => CelOutcome;

const { BOOL, STRING } = CelScalar;
/** Stands for the type `kubernetes.URL`. */
const URL_TYPE = mapType(STRING, STRING);
const GETTERS: Readonly<Record<string, keyof GoUrl>> = {
  getScheme: 'scheme',
  getHost: 'host',
  getHostname: 'hostname',
  getPort: 'port',
  getEscapedPath: 'escapedPath',
};

/** Kubernetes' functions for URLs. Of its CEL library, the shipped CRDs use only these. */
const URL_FUNCTIONS = [
  celFunc('isURL', [STRING], BOOL, isUrl),
  celFunc('url', [STRING], URL_TYPE, (text) => {
    const url = parseUrl(text);
    if (url === undefined) throw new Error('URL parse error during conversion from string');
    return new Map<string, string>(Object.entries(url));
  }),
  ...Object.entries(GETTERS).map(([name, part]) =>
    celMethod(name, URL_TYPE, [], STRING, function () {
      const text = this.get(part);
      return typeof text === 'string' ? text : '';
    }),
  ),
];

const ENVIRONMENT = celEnv({ funcs: [...strings, ...URL_FUNCTIONS] });

/** Parses an expression. Throws if it is not valid CEL. */
export function compileCel(expression: string): CelProgram {
  const evaluate = plan(ENVIRONMENT, parse(expression));
  return (variables) => {
    const value = evaluate(variables);
    return isCelError(value) ? { problem: kubernetesMessage(value.message) } : { value };
  };
}

const timestamp = compileCel('timestamp(text)');

/** Converts a text to a CEL timestamp; to an error if it is not one. */
export function toTimestamp(text: string): CelInput {
  const result = timestamp({ text: text.toUpperCase() });
  return 'value' in result ? result.value : null;
}

/** The message of an error as Kubernetes' CEL library phrases it. */
function kubernetesMessage(message: string): string {
  return message.replace(/^field not found: /, 'no such key: ').replace(/^Unsupported input Error: /, '');
}
