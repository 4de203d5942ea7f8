import { convertPlan } from '../../core/convert/convert-plan.ts';
import { commentedYaml } from './commented-yaml.ts';
import { objectsOf, type Source } from '../yaml-objects.ts';

/** The converted plans as one YAML stream, or one sentence for each problem, which begins with its location. */
export type TextConversion =
  { readonly kind: 'Converted'; readonly yaml: string } | { readonly kind: 'Rejected'; readonly problems: readonly string[] };

/** Converts every Plan of the sources. One invalid Plan rejects all of them. */
export function convertText(sources: readonly Source[]): TextConversion {
  const problems: string[] = [];
  const plans: string[] = [];
  for (const source of sources) {
    const before = plans.length + problems.length;
    for (const { where, object } of objectsOf(source, problems)) {
      const conversion = convertPlan(object);
      if (conversion.kind === 'Converted') plans.push(commentedYaml(conversion.plan, conversion.notes));
      else problems.push(...conversion.problems.map((problem) => `${where}: ${problem}.`));
    }
    if (plans.length + problems.length === before) problems.push(`${source.name}: contains no Plan.`);
  }
  return problems.length > 0 ? { kind: 'Rejected', problems } : { kind: 'Converted', yaml: plans.join('---\n') };
}
