import type { CelInput } from '@bufbuild/cel';
import { isJsonObject } from '../../../core/json.ts';
import { compileCel, toTimestamp, type CelProgram } from './cel-environment.ts';
import { celValue } from './cel-values.ts';
import { findOldItem, type Correlation } from './correlation.ts';
import type { Schema, ValidationRule } from './definition.ts';
import { duplicate, errorText, forbidden, invalid, NO_FIELD, OMITTED, required, type FieldError } from './field-error.ts';
import { innerPath } from './lists.ts';
import { fieldSchema } from './prune.ts';
import { schemaEqual } from './schema-equal.ts';

/** The results of the rules for one object. */
export interface RuleFindings {
  readonly errors: readonly FieldError[];
  /** Errors about values that did not change. */
  readonly warnings: readonly string[];
}

/** A value that rules are evaluated for. */
interface Subject {
  readonly value: unknown;
  /** Undefined if there is no old value, or none that belongs to this value. */
  readonly old: unknown;
  readonly path: string;
  readonly correlation: Correlation | undefined;
  /** The nearest correlation of a value that contains this one. */
  readonly parent: Correlation | undefined;
}

/** A parsed rule. */
interface CompiledRule {
  readonly rule: ValidationRule;
  readonly evaluate: CelProgram;
  readonly message: CelProgram | undefined;
  readonly usesOldSelf: boolean;
  /** Whether the rule says that the value is immutable. Lists are compared by their type there. */
  readonly isImmutability: boolean;
}

const compiledRules = new WeakMap<Schema, readonly CompiledRule[]>();
const schemasWithRules = new WeakMap<Schema, boolean>();
const schemasWithTransitions = new WeakMap<Schema, boolean>();
/** Objects whose rules hold. Stored objects are never changed in place, and most of an updated object is the stored one. */
const checked = new WeakMap<Schema, WeakSet<object>>();

const METADATA: Schema = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } };

/**
 * Evaluates the CEL rules of a schema for an object. The budget for their cost is not counted.
 * Source: apiextensions-apiserver, pkg/apiserver/schema/cel/validation.go.
 */
export function validateRules(schema: Schema, value: unknown, old: unknown, correlation?: Correlation): RuleFindings {
  const findings = { errors: [] as FieldError[], warnings: [] as string[] };
  visit(schema, { value, old, path: '', correlation, parent: undefined }, findings);
  return findings;
}

interface Findings {
  readonly errors: FieldError[];
  readonly warnings: string[];
}

function visit(schema: Schema, subject: Subject, findings: Findings): void {
  const { value } = subject;
  if (value === null || value === undefined || !hasRules(schema)) return;
  if (typeof value !== 'object' || hasTransitions(schema)) {
    visitAll(schema, subject, findings);
    return;
  }
  const objects = checked.get(schema) ?? new WeakSet();
  if (objects.has(value)) return;
  const before = findings.errors.length + findings.warnings.length;
  visitAll(schema, subject, findings);
  if (findings.errors.length + findings.warnings.length === before) checked.set(schema, objects.add(value));
}

function visitAll(schema: Schema, subject: Subject, findings: Findings): void {
  const { value, path } = subject;
  evaluateRules(schema, subject, findings);
  const { items } = schema;
  if (Array.isArray(value) && items !== undefined) {
    value.forEach((item: unknown, index) => {
      const old = findOldItem(schema, subject.old, item);
      visit(items, { value: item, old, path: `${path}[${index}]`, ...inner(subject, (at) => at.index(index)) }, findings);
    });
  }
  if (!isJsonObject(value)) return;
  const oldObject = isJsonObject(subject.old) ? subject.old : {};
  for (const [name, field] of Object.entries(value)) {
    const fieldOfSchema = fieldSchema(schema, name);
    if (fieldOfSchema === undefined) continue;
    const correlations = inner(subject, (at) => at.key(name));
    visit(fieldOfSchema, { value: field, old: oldObject[name], path: innerPath(schema, path, name), ...correlations }, findings);
  }
}

/** The correlations of a value within another one. */
function inner(
  { correlation, parent }: Subject,
  descend: (correlation: Correlation) => Correlation | undefined,
): Pick<Subject, 'correlation' | 'parent'> {
  return correlation === undefined ? { correlation, parent } : { correlation: descend(correlation), parent: correlation };
}

function evaluateRules(schema: Schema, subject: Subject, findings: Findings): void {
  const rules = rulesOf(schema).filter(({ usesOldSelf }) => !usesOldSelf || (subject.old !== undefined && subject.old !== null));
  let variables: Readonly<Record<string, CelInput>> | undefined;
  for (const compiled of rules) {
    if (compiled.isImmutability) {
      if (!schemaEqual(schema, subject.value, subject.old)) report(schema, subject, compiled, {}, findings);
      continue;
    }
    variables ??= variablesOf(schema, subject);
    const result = compiled.evaluate(variables);
    if ('problem' in result) {
      const detail = `${result.problem} evaluating rule: ${ruleText(compiled.rule)}`;
      findings.errors.push(invalid(subject.path === '' ? NO_FIELD : subject.path, schema.type ?? '', detail));
    } else if (result.value !== true) report(schema, subject, compiled, variables, findings);
  }
}

function variablesOf(schema: Schema, { value, old, path }: Subject): Readonly<Record<string, CelInput>> {
  const full = path === '' ? { ...schema, properties: { ...schema.properties, metadata: METADATA } } : schema;
  const self = celValue(value, full, toTimestamp);
  return old === undefined || old === null ? { self } : { self, oldSelf: celValue(old, full, toTimestamp) };
}

function report(
  schema: Schema,
  subject: Subject,
  { rule, message, usesOldSelf }: CompiledRule,
  variables: Readonly<Record<string, CelInput>>,
  findings: Findings,
): void {
  const field = `${subject.path}${subject.path === '' ? (rule.fieldPath ?? '').replace(/^\./, '') : (rule.fieldPath ?? '')}`;
  const value = schema.type === 'object' || schema.type === 'array' ? OMITTED : subject.value;
  const detail = evaluatedMessage(message, variables) ?? messageOf(rule);
  const error = errorForReason(rule.reason, field === '' ? NO_FIELD : field, value, detail);
  const isRatcheted = !usesOldSelf && (subject.correlation ?? subject.parent)?.isUnchanged() === true;
  if (isRatcheted) findings.warnings.push(errorText(error));
  else findings.errors.push(error);
}

function errorForReason(reason: string | undefined, field: string, value: unknown, detail: string): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(field, detail);
    case 'FieldValueRequired':
      return required(field, detail);
    case 'FieldValueDuplicate':
      return duplicate(field, value);
    default:
      return invalid(field, value, detail);
  }
}

/** The message that an expression returns; undefined if it returns none that can be shown. */
function evaluatedMessage(program: CelProgram | undefined, variables: Readonly<Record<string, CelInput>>): string | undefined {
  const result = program?.(variables);
  if (result === undefined || 'problem' in result || typeof result.value !== 'string') return undefined;
  const text = result.value.trim();
  return text === '' || text.includes('\n') ? undefined : text;
}

function messageOf(rule: ValidationRule): string {
  return rule.message === undefined ? `failed rule: ${rule.rule.trim()}` : rule.message.trim();
}

function ruleText(rule: ValidationRule): string {
  return (rule.message ?? rule.rule).trim();
}

function rulesOf(schema: Schema): readonly CompiledRule[] {
  const known = compiledRules.get(schema);
  if (known !== undefined) return known;
  const compiled = (schema['x-kubernetes-validations'] ?? []).map((rule) => ({
    rule,
    evaluate: compileCel(rule.rule),
    message: rule.messageExpression === undefined ? undefined : compileCel(rule.messageExpression),
    usesOldSelf: /\boldSelf\b/.test(rule.rule),
    isImmutability: /^\s*self\s*==\s*oldSelf\s*$/.test(rule.rule),
  }));
  compiledRules.set(schema, compiled);
  return compiled;
}

function hasRules(schema: Schema): boolean {
  return someRule(schema, schemasWithRules, () => true);
}

function hasTransitions(schema: Schema): boolean {
  return someRule(schema, schemasWithTransitions, ({ usesOldSelf }) => usesOldSelf);
}

/** Whether a rule of the schema, or of a schema within it, meets a condition. */
function someRule(schema: Schema, known: WeakMap<Schema, boolean>, condition: (rule: CompiledRule) => boolean): boolean {
  const result = known.get(schema);
  if (result !== undefined) return result;
  const found = rulesOf(schema).some(condition) || innerSchemas(schema).some((inner) => someRule(inner, known, condition));
  known.set(schema, found);
  return found;
}

function innerSchemas({ properties = {}, items, additionalProperties }: Schema): readonly Schema[] {
  return [...Object.values(properties), ...[items, additionalProperties].filter((schema) => schema !== undefined)];
}
