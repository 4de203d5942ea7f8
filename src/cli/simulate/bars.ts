import type { NodeRecord, UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { PlanState } from './rollout-state.ts';
import { cutToWidth, displayWidth, fitToWidth } from './display-width.ts';
import { longDuration } from '../../core/duration.ts';
import { selects } from '../../core/selector.ts';
import { compareNames, counted } from '../../core/text.ts';
import type { Labels } from './node-labels.ts';

/** A node, with its place in the fleet. */
export interface FleetNode {
  readonly name: string;
  readonly labels: Labels;
}

/** What the live view shows. */
export interface Frame {
  readonly plans: readonly PlanState[];
  readonly nodes: readonly FleetNode[];
  readonly start: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly hostsDown: number;
}

/** How the view is drawn. */
export interface FrameStyle {
  readonly columns: number;
  /** The view has at most this many lines. */
  readonly rows: number;
  readonly color: boolean;
}

type CellKind = 'Done' | 'Active' | 'Failed' | 'Skipped' | 'Waiting';

const CELLS: Readonly<Record<CellKind, { readonly glyph: string; readonly color: number }>> = {
  Done: { glyph: '█', color: 32 },
  Active: { glyph: '▒', color: 36 },
  Failed: { glyph: '×', color: 31 },
  Skipped: { glyph: '-', color: 33 },
  Waiting: { glyph: '·', color: 90 },
};
const ORDER: readonly CellKind[] = ['Done', 'Failed', 'Skipped', 'Active', 'Waiting'];

const STATES: Readonly<Record<NodeRecord['state'], CellKind>> = {
  Pending: 'Waiting',
  Draining: 'Active',
  Upgrading: 'Active',
  Verifying: 'Active',
  Succeeded: 'Done',
  RolledBack: 'Done',
  Failed: 'Failed',
  Skipped: 'Skipped',
  NotAttempted: 'Skipped',
};

const ZONE_LABEL = 'topology.kubernetes.io/zone';
const MAX_BATCHES = 4;
const MAX_BAR_COLUMNS = 40;

/** The live view: for each plan a line, a bar for each of its last batches, and a bar for each zone. */
export function frameLines(frame: Frame, style: FrameStyle): readonly string[] {
  const lines = [
    '',
    ...frame.plans.flatMap((state) => planLines(state, frame, style)),
    cutToWidth(
      `${longDuration((frame.now - frame.start) / 1000)} of virtual time · ${counted(frame.hostsDown, 'host')} down · Ctrl-C stops`,
      style.columns,
    ),
  ];
  return lines.slice(0, Math.max(1, style.rows));
}

function planLines({ plan, batches }: PlanState, { nodes }: Frame, style: FrameStyle): readonly string[] {
  const { progress = '', summary = '', reason = '', agent, counts } = plan.status ?? {};
  const failed = counts?.failed ?? 0;
  const parts = [
    `${plan.metadata.name} ${plan.spec.version}`,
    progress,
    failed === 0 ? '' : `${failed} failed`,
    `${summary} ${reason}`.trim(),
    agent === undefined || agent === '' ? '' : `agent ${agent}`,
  ];
  const head = cutToWidth(parts.filter((part) => part !== '').join(' · '), style.columns);
  const selected = nodes.filter(({ labels }) => selects(plan.spec.nodeSelector, labels));
  const shown = batches.slice(-MAX_BATCHES).map((batch) => ({ label: batch.metadata.name, records: recordsOf(batch) }));
  const bars = [...shown, ...zoneRows(batches, selected)];
  const labelColumns = Math.min(24, Math.max(...bars.map(({ label }) => displayWidth(label)), 0));
  return [head, ...bars.map(({ label, records }) => barLine(label, labelColumns, records, style))];
}

interface Row {
  readonly label: string;
  readonly records: readonly CellKind[];
}

/** The latest record of each node, by zone. Zones are left out if there is only one. */
function zoneRows(batches: readonly UpgradeBatch[], nodes: readonly FleetNode[]): readonly Row[] {
  const zones = Map.groupBy(nodes, ({ labels }) => labels[ZONE_LABEL] ?? '(no zone)');
  if (zones.size < 2) return [];
  const latest = new Map(batches.flatMap((batch) => cellsByNode(batch)));
  return [...zones]
    .map(([label, members]) => ({ label, records: members.map(({ name }) => latest.get(name) ?? 'Waiting') }))
    .sort((a, b) => compareNames(a.label, b.label));
}

function cellsByNode({ spec, status }: UpgradeBatch): readonly (readonly [string, CellKind])[] {
  const records = new Map(status?.nodes?.map((record) => [record.name, STATES[record.state]]));
  return spec.nodes.map(({ name }) => [name, records.get(name) ?? 'Waiting'] as const);
}

function recordsOf(batch: UpgradeBatch): readonly CellKind[] {
  return cellsByNode(batch).map(([, kind]) => kind);
}

function barLine(label: string, labelColumns: number, records: readonly CellKind[], style: FrameStyle): string {
  const done = records.filter((kind) => kind !== 'Waiting' && kind !== 'Active').length;
  const count = `${done}/${records.length}`;
  const room = Math.min(MAX_BAR_COLUMNS, style.columns - labelColumns - count.length - 3);
  const name = fitToWidth(label, labelColumns);
  return room < 1 ? cutToWidth(`${name} ${count}`, style.columns) : `${name} ${bar(records, room, style.color)} ${count}`;
}

/** Cells in the order done, failed, active, waiting. If there are fewer columns than nodes, a kind that occurs has at least one column. */
function bar(records: readonly CellKind[], room: number, color: boolean): string {
  const columns = Math.min(room, records.length);
  const counts = ORDER.map((kind) => ({ kind, count: records.filter((record) => record === kind).length })).filter(
    ({ count }) => count > 0,
  );
  const widths = shares(
    counts.map(({ count }) => count),
    columns,
  );
  return counts
    .map(({ kind }, index) => {
      const cells = CELLS[kind].glyph.repeat(widths[index] ?? 0);
      return color ? `\u001b[${CELLS[kind].color}m${cells}\u001b[0m` : cells;
    })
    .join('');
}

/** Divides columns in proportion to counts, at least one for each count. The largest one gives or takes what rounding leaves. */
function shares(counts: readonly number[], columns: number): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const widths = counts.map((count) => Math.max(1, Math.round((count / total) * columns)));
  const rest = columns - widths.reduce((sum, width) => sum + width, 0);
  const largest = widths.indexOf(Math.max(...widths));
  return widths.map((width, index) => (index === largest ? Math.max(0, width + rest) : width));
}
