import type { PullImage } from '../cluster/kubelet/container.ts';
import { seededRandom, seedFor } from '../time/random.ts';
import { between } from './chance.ts';

/** What is wrong with an image, or with the way to its registry. */
export type ImageProblem = 'NotFound' | 'NoMatchForPlatform' | 'Unauthorized' | 'RegistryUnavailable';

/** Words of containerd. */
const WORDS: Readonly<Record<ImageProblem, (image: string) => string>> = {
  NotFound: (image) =>
    `code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve image: ${image}: not found`,
  NoMatchForPlatform: (image) =>
    `code = NotFound desc = failed to pull and unpack image "${image}": no match for platform in manifest: not found`,
  Unauthorized: (image) =>
    `code = Unknown desc = failed to pull and unpack image "${image}": failed to resolve image: pull access denied, repository does not ` +
    'exist or may require authorization: authorization failed: no basic auth credentials',
  RegistryUnavailable: (image) =>
    `code = Unavailable desc = failed to pull and unpack image "${image}": failed to resolve image: unexpected status from HEAD request: ` +
    '503 Service Unavailable',
};

/** Decides what is wrong when a host pulls an image; undefined: nothing. */
export type FindProblem = (pull: Parameters<PullImage>[0]) => ImageProblem | undefined;

/** Pulls that take from 2 to 20 seconds, unless there is a problem. */
export function imagePulls(seed: number, problem: FindProblem = () => undefined): PullImage {
  return (pull) => {
    const { image, node, attempt } = pull;
    const random = seededRandom(seedFor(seed, `pull/${node}/${image}/${attempt}`));
    const found = problem(pull);
    if (found === undefined) return { kind: 'Pulled', ms: between(random, 2000, 20_000) };
    return { kind: 'Failed', ms: between(random, 300, 3000), message: `rpc error: ${WORDS[found](image)}` };
  };
}
