import { asObject, asObjects, asText } from '../../../core/json.ts';
import { badRequest, notBuilt } from '../resources/status.ts';
import type { ApiAnswer, ApiRequest, ServerContext, Target } from './exchange.ts';
import { storedObject } from './stored.ts';

const SUPPORTED = new Set(['container', 'tailLines']);

/** GET of a Pod's `log`: what the source of logs has of a container. */
export function log(request: ApiRequest, target: Target, context: ServerContext): ApiAnswer {
  const { query } = request;
  const pod = storedObject(target, context);
  const { logs } = context;
  if (logs === undefined) throw notBuilt('logs: no container runs here');
  const other = [...query].find(([name, value]) => !SUPPORTED.has(name) && value !== 'false');
  if (other !== undefined) throw notBuilt(`logs with the option ${other[0]}`);
  const names = asObjects(asObject(pod['spec'])['containers']).map(({ name }) => asText(name));
  const container = query.get('container') ?? '';
  if (container === '' && names.length !== 1) {
    const choices = `[${names.join(' ')}]`;
    throw badRequest(`a container name must be specified for pod ${target.name}, choose one of: ${choices}`);
  }
  if (container !== '' && !names.includes(container)) {
    throw badRequest(`container ${container} is not valid for pod ${target.name}`);
  }
  const lines = logs(pod, container === '' ? (names[0] ?? '') : container);
  const tail = query.get('tailLines');
  const shown = tail === null ? lines : lines.slice(Math.max(0, lines.length - Number(tail)));
  const body = shown.map((line) => `${line}\n`).join('');
  return { status: 200, headers: { 'content-type': 'text/plain' }, body };
}
