import { expect, it } from '@jest/globals';
import { editedPlan } from '../../simulate/edited-plan.ts';
import { propertyEdits } from '../../simulate/property-edits.ts';

it('There is an edit that the API server accepts for at least 95 % of the properties of a plan', () => {
  const { schema, spec, accepts } = editedPlan('plain', 'os');
  const edits = propertyEdits(schema, spec);
  const refused = edits.filter(({ candidates }) => !candidates.some(accepts)).map(({ property }) => property);
  expect(edits.length).toBeGreaterThan(150);
  expect(refused.length / edits.length < 0.05 ? [] : refused).toEqual([]);
});
