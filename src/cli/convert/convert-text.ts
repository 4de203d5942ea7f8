import { convertPlan } from '../../core/convert/convert-plan.ts';
import { commentedYaml } from './commented-yaml.ts';
import { objectsOf, type Source } from '../yaml-objects.ts';

/** The converted plans as one YAML stream, or what is wrong: one sentence each, beginning with where. */
export type TextConversion =
  { readonly kind: 'Converted'; readonly yaml: string } | { readonly kind: 'Refused'; readonly problems: readonly string[] };

/** Converts every Plan of the sources. All or nothing: with one that is wrong, none is given out. */
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
    if (plans.length + problems.length === before) problems.push(`${source.name}: there is no Plan in it.`);
  }
  return problems.length > 0 ? { kind: 'Refused', problems } : { kind: 'Converted', yaml: plans.join('---\n') };
}
