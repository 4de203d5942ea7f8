import type { PrometheusGate } from '../../api/generated/upgradeplan.ts';
import { cutToBytes } from '../../core/text.ts';
import { object, objects, parseObject, text, type Json } from '../json.ts';
import { request, type RequestDeps } from './request.ts';
import { closedBecause, type Probe, type Observation } from './observation.ts';

/** Digits of a value that are shown: more would only be noise. */
const DIGITS = 4;

/** Gates that are open while the value of an instant query lies within the limits. */
export function createPrometheusProbe(deps: RequestDeps): Probe {
  return {
    async look(_plan, { prometheus }, signal) {
      if (prometheus === undefined) return closedBecause('it has no query');
      const reply = await request(deps, { url: queryUrl(prometheus), credential: prometheus.credential, signal });
      if (reply.kind === 'None') return closedBecause(reply.message);
      const body = parseObject(reply.body);
      if (reply.status !== 200) return closedBecause(`Prometheus answered ${reply.status}${complaint(body)}`);
      if (body === undefined) return closedBecause('the answer is too large, or not the JSON of Prometheus');
      return compare(prometheus, object(body['data']));
    },
  };
}

function queryUrl({ address, query }: PrometheusGate): URL {
  const url = new URL(address);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/query`;
  url.searchParams.set('query', query);
  return url;
}

/** What Prometheus says of a query that it does not take. */
function complaint(body: Json | undefined): string {
  const error = text(body?.['error']);
  return body?.['status'] !== 'error' || error === '' ? '' : `: ${cutToBytes(error, 120)}`;
}

function compare({ max, min }: PrometheusGate, data: Json): Observation {
  const samples = samplesOf(data);
  if (samples === undefined) return closedBecause(`the query gives a ${text(data['resultType']) || 'strange result'}, no sample`);
  const [sample] = samples;
  if (sample === undefined) return closedBecause('the query gives no sample; "or vector(0)" would say what none means');
  if (samples.length > 1) return closedBecause(`the query gives ${samples.length} samples, and one is expected`);
  const threshold = [...(min === undefined ? [] : [`min ${min}`]), ...(max === undefined ? [] : [`max ${max}`])].join(', ');
  const value = numberOf(sample);
  if (Number.isNaN(value)) return { open: false, value: 'NaN', threshold };
  const open = (max === undefined || value <= Number(max)) && (min === undefined || value >= Number(min));
  return { open, value: String(Number(value.toPrecision(DIGITS))), threshold };
}

/** The values of a vector, or of a scalar; undefined for anything else. A sample is `[time, "value"]`. */
function samplesOf({ resultType, result }: Json): readonly unknown[] | undefined {
  if (!Array.isArray(result)) return undefined;
  if (resultType === 'scalar') return [second(result)];
  return resultType === 'vector' ? objects(result).map(({ value }) => second(value)) : undefined;
}

function second(pair: unknown): unknown {
  const list: readonly unknown[] = Array.isArray(pair) ? pair : [];
  return list[1];
}

/** Prometheus writes numbers as texts, infinities as `+Inf` and `-Inf`. NaN for whatever is none. */
function numberOf(sample: unknown): number {
  if (typeof sample !== 'string' || sample.trim() === '') return Number.NaN;
  const infinite = /^(?<sign>[+-]?)Inf$/.exec(sample)?.groups;
  if (infinite !== undefined) return infinite['sign'] === '-' ? -Infinity : Infinity;
  return Number(sample);
}
