import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { cell } from './markdown.ts';

const INTRODUCTION = `# Names in the cluster

Generated from src/api/names.ts by \`npm run generate\`: do not edit.

Every name that Baton writes on objects, its own and others'. Only the operator may change those on Nodes and on Baton's Leases
(see ../security.md).
`;

/** The constants of names.ts that become tables, and the heading of each. */
const TABLES: Readonly<Record<string, string>> = {
  LABELS: 'Labels',
  ANNOTATIONS: 'Annotations',
  FINALIZERS: 'Finalizers',
  TAINTS: 'Taints',
};

/** A name and the text of its comments. */
interface NameRow {
  readonly name: string;
  readonly meaning: string;
}

/** Renders docs/reference/names.md from the doc comments of src/api/names.ts. */
export function renderNamesReference(root: string): string {
  const path = join(root, 'src/api/names.ts');
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const rows = new Map<string, NameRow[]>();
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const declaration of statement.declarationList.declarations) {
      const constant = declaration.name.getText(source);
      const value = unwrap(declaration.initializer);
      const heading = TABLES[constant];
      if (heading !== undefined) rows.set(heading, tableRows(value, constant));
      if (constant === 'DONE_MARK_PREFIX')
        append(rows, 'Annotations', { name: `${literal(value, constant)}*`, meaning: docComment(statement) });
      if (constant === 'REPORT_REASONS') rows.set('Reasons of reporting Events', reasonRows(value));
    }
  }
  const tables = [...rows].map(([heading, list]) =>
    [`## ${heading}`, '', '| Name | Meaning |', '| --- | --- |', ...merged(list).map(line), ''].join('\n'),
  );
  return [INTRODUCTION, ...tables].join('\n');
}

function append(rows: Map<string, NameRow[]>, heading: string, row: NameRow): void {
  rows.set(heading, [...(rows.get(heading) ?? []), row]);
}

function tableRows(value: ts.Expression | undefined, constant: string): NameRow[] {
  if (value === undefined || !ts.isObjectLiteralExpression(value))
    throw new Error(`${constant} of src/api/names.ts must be an object literal.`);
  return value.properties.map((property) => {
    if (!ts.isPropertyAssignment(property)) throw new Error(`${constant} of src/api/names.ts must have only plain properties.`);
    return { name: literal(property.initializer, constant), meaning: docComment(property) };
  });
}

function reasonRows(value: ts.Expression | undefined): NameRow[] {
  if (value === undefined || !ts.isArrayLiteralExpression(value))
    throw new Error('REPORT_REASONS of src/api/names.ts must be an array.');
  return value.elements.map((element) => ({
    name: literal(element, 'REPORT_REASONS'),
    meaning: 'On Events about an UpgradeBatch.',
  }));
}

function literal(value: ts.Expression | undefined, constant: string): string {
  if (value === undefined || !ts.isStringLiteral(value))
    throw new Error(`${constant} of src/api/names.ts must have only string literals.`);
  return value.text;
}

function unwrap(value: ts.Expression | undefined): ts.Expression | undefined {
  return value !== undefined && ts.isAsExpression(value) ? value.expression : value;
}

function docComment(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node);
  if (doc === undefined || !ts.isJSDoc(doc))
    throw new Error(`A name in src/api/names.ts requires a doc comment: ${node.getText()}`);
  // `{@link X.y}` is for editors; the table shows its target as code.
  const text = ts.getTextOfJSDocComment(doc.comment) ?? '';
  return text.replaceAll(/\{@link ([^}]*)\}/g, '`$1`').replaceAll('\n', ' ');
}

/** Merges the rows of each name: two constants may give one name two meanings, on different kinds. */
function merged(rows: readonly NameRow[]): readonly NameRow[] {
  const names = new Map<string, string>();
  for (const { name, meaning } of rows) names.set(name, names.has(name) ? `${names.get(name) ?? ''} ${meaning}` : meaning);
  return [...names].map(([name, meaning]) => ({ name, meaning }));
}

function line({ name, meaning }: NameRow): string {
  return `| \`${name}\` | ${cell(meaning)} |`;
}
