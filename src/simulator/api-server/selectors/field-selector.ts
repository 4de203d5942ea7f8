import { SelectorError } from './label-selector.ts';

/** A requirement of a field selector: a field equals a value, or does not. */
export interface FieldRequirement {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

const REQUIREMENT = /^(.*?)(==|!=|=)(.*)$/;

/** Parses the query parameter `fieldSelector`: requirements joined by commas. Throws a {@link SelectorError}. */
export function parseFieldSelector(text: string): readonly FieldRequirement[] {
  const parts = text.split(/(?<!\\),/).filter((part) => part !== '');
  return parts.map((part) => {
    const [, field, operator, value] = REQUIREMENT.exec(part) ?? [];
    if (field === undefined || value === undefined) {
      throw new SelectorError(`invalid selector: '${text}'; can't understand '${part}'`);
    }
    return { field, equal: operator !== '!=', value: value.replace(/\\([\\,=])/g, '$1') };
  });
}

/** Whether an object, whose fields a function reads, satisfies requirements. */
export function satisfies(requirements: readonly FieldRequirement[], read: (field: string) => string): boolean {
  return requirements.every(({ field, equal, value }) => (read(field) === value) === equal);
}
