import type { ProbeResult } from '../../core/notification/model/send-result.ts';
import type { Poster } from './http-client.ts';
import { judgeProbeAnswer } from './judge-answer.ts';
import type { SecretValue } from '../secret-values.ts';
import type { TryOptions } from '../sink.ts';

/** Looks whether somebody answers where a sink posts to; what it needs for that may be missing. */
export async function probeOrigin(
  url: SecretValue<URL>,
  { http, userAgent }: { readonly http: Poster; readonly userAgent: string },
  { signal, now }: TryOptions,
): Promise<ProbeResult> {
  if (url.kind === 'Permanent') return url;
  const answer = await http.probe({ url: url.value, headers: { 'user-agent': userAgent }, signal });
  return judgeProbeAnswer(answer, url.value.host, now);
}
