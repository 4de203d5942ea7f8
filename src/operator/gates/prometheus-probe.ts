import type { PrometheusGate } from '../../api/generated/upgradeplan.ts';
import { cutToBytes } from '../../core/text.ts';
import { asObject, asObjects, parseObject, asText, type Json } from '../../core/json.ts';
import { request, type RequestDeps } from './request.ts';
import { closedBecause, type Probe, type Observation } from './observation.ts';

/** Number of significant digits in the plan's status. */
const SIGNIFICANT_DIGITS = 4;

/** Evaluates Prometheus gates: open while the value of an instant query is within the limits. */
export function createPrometheusProbe(deps: RequestDeps): Probe {
  return {
    async evaluate(_plan, { prometheus }, signal) {
      if (prometheus === undefined) return closedBecause('prometheus is missing');
      const reply = await request(deps, { url: queryUrl(prometheus), credential: prometheus.credential, signal });
      if (reply.kind === 'NoReply') return closedBecause(reply.message);
      const body = parseObject(reply.body);
      if (reply.status !== 200) return closedBecause(`Prometheus answered ${reply.status}${errorDetail(body)}`);
      if (body === undefined) return closedBecause('the answer is too large, or is not JSON from Prometheus');
      return compare(prometheus, asObject(body['data']));
    },
  };
}

function queryUrl({ address, query }: PrometheusGate): URL {
  const url = new URL(address);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/query`;
  url.searchParams.set('query', query);
  return url;
}

/** Why Prometheus rejected the query. */
function errorDetail(body: Json | undefined): string {
  const error = asText(body?.['error']);
  return body?.['status'] !== 'error' || error === '' ? '' : `: ${cutToBytes(error, 120)}`;
}

function compare({ max, min }: PrometheusGate, data: Json): Observation {
  const samples = samplesOf(data);
  if (samples === undefined) {
    return closedBecause(
      `the query returned a ${asText(data['resultType']) || 'result without a type'}; it must return one sample or a scalar`,
    );
  }
  const [sample] = samples;
  if (sample === undefined) return closedBecause('the query returned no sample; append "or vector(0)" if no data means 0');
  if (samples.length > 1) return closedBecause(`the query returned ${samples.length} samples; it must return one`);
  const threshold = [...(min === undefined ? [] : [`min ${min}`]), ...(max === undefined ? [] : [`max ${max}`])].join(', ');
  const value = numberOf(sample);
  if (Number.isNaN(value)) return { open: false, value: 'NaN', threshold };
  const open = (max === undefined || value <= Number(max)) && (min === undefined || value >= Number(min));
  return { open, value: String(Number(value.toPrecision(SIGNIFICANT_DIGITS))), threshold };
}

/** The values of a vector or a scalar; undefined for other result types. A sample is `[time, "value"]`. */
function samplesOf({ resultType, result }: Json): readonly unknown[] | undefined {
  if (!Array.isArray(result)) return undefined;
  if (resultType === 'scalar') return [second(result)];
  return resultType === 'vector' ? asObjects(result).map(({ value }) => second(value)) : undefined;
}

function second(pair: unknown): unknown {
  const list: readonly unknown[] = Array.isArray(pair) ? pair : [];
  return list[1];
}

/** Parses a number as Prometheus writes it: a string, with `+Inf` and `-Inf`. NaN for anything else. */
function numberOf(sample: unknown): number {
  if (typeof sample !== 'string' || sample.trim() === '') return Number.NaN;
  const infinite = /^(?<sign>[+-]?)Inf$/.exec(sample)?.groups;
  if (infinite !== undefined) return infinite['sign'] === '-' ? -Infinity : Infinity;
  return Number(sample);
}
