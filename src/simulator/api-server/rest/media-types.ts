import { StatusError } from '../resources/status.ts';
import type { ApiRequest } from './exchange.ts';

/** One of the types that a client accepts. */
export interface MediaType {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads the Accept header, in the order of the client's preference; quality values are not read. */
export function mediaTypes({ headers }: ApiRequest): readonly MediaType[] {
  const accept = headers['accept'] ?? '';
  if (accept === '') return [{ type: '*/*', parameters: {} }];
  return accept.split(',').map((clause) => {
    const [type = '', ...parameters] = clause.split(';').map((part) => part.trim());
    return { type, parameters: Object.fromEntries(parameters.map((parameter) => nameAndValue(parameter))) };
  });
}

function nameAndValue(parameter: string): readonly [string, string] {
  const [name = '', value = ''] = parameter.split('=');
  return [name, value];
}

/** How an answer is written. */
export type Representation = 'Object' | 'Table';

const JSON_TYPES = new Set(['application/json', 'application/*', '*/*']);

/** Chooses the first accepted type that the server can write. Throws 406 if there is none. */
export function representationOf(request: ApiRequest): Representation {
  for (const { type, parameters } of mediaTypes(request)) {
    if (!JSON_TYPES.has(type)) continue;
    if (parameters['as'] === undefined) return 'Object';
    if (parameters['as'] === 'Table' && parameters['g'] === 'meta.k8s.io' && parameters['v'] === 'v1') return 'Table';
  }
  throw new StatusError(406, '406: Not Acceptable\n\nAvailable representations: application/json', {
    reason: 'NotAcceptable',
    details: {},
  });
}
