import type { KubeObject } from '../../../kube/kube-object.ts';

/** A column of a table. */
export interface Column {
  readonly name: string;
  readonly type: string;
  /** `name` marks the column with the name of the object. */
  readonly format: string;
  readonly description: string;
  /** 0: always shown; more: only with `-o wide`. */
  readonly priority: number;
}

/** A cell. Null is shown as `<none>`. */
export type Cell = string | number | boolean | null;

/** A condition of a row, from which kubectl learns that an object is finished. */
export interface RowCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** Shows the objects of a kind as rows of a table. */
export interface Printer {
  readonly columns: readonly Column[];
  readonly cells: (object: KubeObject, nowMs: number) => readonly Cell[];
  readonly conditions?: (object: KubeObject) => readonly RowCondition[];
}

/** The column with the name, which is the first one of nearly all kinds. */
export const NAME = column('Name', { format: 'name' });

/** A column; of texts, and always shown, unless said otherwise. Columns of Kubernetes' own kinds have no description here. */
export function column(name: string, rest: Partial<Omit<Column, 'name'>> = {}): Column {
  return { name, type: 'string', format: '', description: '', priority: 0, ...rest };
}

/** Columns that are shown with `-o wide` only. */
export function wide(...names: readonly string[]): readonly Column[] {
  return names.map((name) => column(name, { priority: 1 }));
}
