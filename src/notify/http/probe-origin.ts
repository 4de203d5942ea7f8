import type { ProbeResult } from '../../core/notification/model/send-result.ts';
import type { Poster } from './http-client.ts';
import { judgeProbeAnswer } from './judge-answer.ts';
import type { SecretValue } from '../secret-values.ts';
import type { AttemptOptions } from '../sink.ts';

/** Checks whether the server that a sink posts to answers. A URL that could not be read is the result itself. */
export async function probeOrigin(
  url: SecretValue<URL>,
  { http, userAgent }: { readonly http: Poster; readonly userAgent: string },
  { signal, now }: AttemptOptions,
): Promise<ProbeResult> {
  if (url.kind === 'Permanent') return url;
  const answer = await http.probe({ url: url.value, headers: { 'user-agent': userAgent }, signal });
  return judgeProbeAnswer(answer, url.value.host, now);
}
