import type { KubeObject } from '../../../kube/kube-object.ts';
import { apiVersionOf, type ResourceType } from '../resources/resource-type.ts';
import { badRequest } from '../resources/status.ts';
import { tableOf, type IncludedObject, type TableOptions } from '../tables/printers.ts';
import type { ApiRequest, ApiResponse, ServerContext, Target, WatchSink } from './exchange.ts';

interface ListObject {
  readonly kind: string;
  readonly metadata: object;
  readonly items: readonly KubeObject[];
}

interface WatchLine {
  readonly type: string;
  readonly object: KubeObject;
}

/** The same answer with tables instead of objects, as kubectl prints them. Failures stay as they are. */
export function inTables(response: ApiResponse, request: ApiRequest, { type }: Target, context: ServerContext): ApiResponse {
  const include = includedIn(request);
  function options(): TableOptions {
    return { include, nowMs: context.now() };
  }
  if ('body' in response) {
    const value = JSON.parse(response.body) as KubeObject | ListObject;
    return isStatus(value) ? response : { ...response, body: JSON.stringify(tabulated(value, type, options())) };
  }
  return { ...response, start: (sink) => response.start(tabulating(sink, type, options)) };
}

function isStatus(value: KubeObject | ListObject): boolean {
  return value.kind === 'Status';
}

function isList(value: KubeObject | ListObject): value is ListObject {
  return 'items' in value;
}

function tabulated(value: KubeObject | ListObject, type: ResourceType, options: TableOptions): unknown {
  if (isList(value)) {
    const { metadata, items } = value;
    // Items of lists do not say what they are.
    const objects = items.map((item) => ({ kind: type.kind, apiVersion: apiVersionOf(type), ...item }));
    return tableOf(type, { objects, metadata: withoutEmpty(metadata) }, options);
  }
  const { resourceVersion } = value.metadata;
  return tableOf(type, { objects: [value], metadata: { resourceVersion } }, options);
}

function withoutEmpty(metadata: object): object {
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== ''));
}

/** Only the first event of a watch names the columns. */
function tabulating(sink: WatchSink, type: ResourceType, options: () => TableOptions): WatchSink {
  let first = true;
  return {
    ...sink,
    write: (line) => {
      const { type: event, object } = JSON.parse(line) as WatchLine;
      if (object.kind === 'Status') {
        sink.write(line);
        return;
      }
      const table = tabulated(object, type, options()) as { readonly columnDefinitions: unknown };
      sink.write(`${JSON.stringify({ type: event, object: first ? table : { ...table, columnDefinitions: null } })}\n`);
      first = false;
    },
  };
}

function includedIn({ query }: ApiRequest): IncludedObject {
  const asked = query.get('includeObject') ?? '';
  switch (asked) {
    case '':
      return 'Metadata';
    case 'Metadata':
    case 'Object':
    case 'None':
      return asked;
    default:
      throw badRequest(
        `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(asked)}: ` +
          "must be 'Metadata', 'Object', 'None', or empty",
      );
  }
}
