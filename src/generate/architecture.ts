import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { roomName, roomTitle } from './import-rules.ts';
import { cell } from './markdown.ts';
import { SRC, type Rooms } from './rooms.ts';

const FILE = 'docs/architecture.md';

/** Renders docs/architecture.md, with the parts that follow from the table of rooms. Comments mark where each part begins and ends. */
export function renderArchitecture(root: string): string {
  const parts = [
    { name: 'folders', content: flowchart('src', SRC) },
    { name: 'rollout', content: flowchart('src/core/rollout', SRC['core']?.rooms?.['rollout']?.rooms ?? {}) },
    { name: 'rooms', content: ['| folder | holds | may import |', '| --- | --- | --- |', ...rows('src', SRC)] },
  ];
  return parts.reduce(replacePart, readFileSync(join(root, FILE), 'utf8'));
}

interface Part {
  readonly name: string;
  readonly content: readonly string[];
}

function replacePart(text: string, { name, content }: Part): string {
  const begin = `<!-- ${name}: generated from src/generate/rooms.ts by \`npm run generate\` -->`;
  const end = `<!-- end of ${name} -->`;
  const [before, rest] = halves(text, begin);
  const [, after] = halves(rest, end);
  return [before, begin, '\n', ...content.map((line) => `${line}\n`), end, after].join('');
}

function halves(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  if (at < 0) throw new Error(`${FILE} must contain the line '${separator}': add it where the generated part belongs.`);
  return [text.slice(0, at), text.slice(at + separator.length)];
}

/** The rooms of a folder as a Mermaid chart, without the arrows that a longer path of arrows implies. */
function flowchart(folder: string, rooms: Rooms): readonly string[] {
  const arrows = Object.entries(rooms).flatMap(([name, { mayImport }]) =>
    mayImport
      .filter((other) => !mayImport.some((between) => reaches(rooms, between, other)))
      .map(
        (other) => `  ${node(folder, name)} ${rooms[other]?.mainOnly === true ? '-.->|main.ts|' : '-->'} ${node(folder, other)}`,
      ),
  );
  return ['```mermaid', 'flowchart TD', ...Object.keys(rooms).map((name) => `  ${node(folder, name)}`), ...arrows, '```'];
}

function reaches(rooms: Rooms, from: string, to: string): boolean {
  const next = rooms[from]?.mayImport ?? [];
  return next.includes(to) || next.some((other) => reaches(rooms, other, to));
}

function node(folder: string, name: string): string {
  if (name === '.') return `files["${folder.slice(folder.lastIndexOf('/') + 1)}/*.ts"]`;
  const id = name.replace(/\.ts$/, '');
  return id === name ? id : `${id}["${name}"]`;
}

function rows(folder: string, rooms: Rooms): readonly string[] {
  return Object.entries(rooms).flatMap(([name, room]) => {
    const imports = room.mayImport.map((other) => `\`${roomName(other)}\``).join(', ') || '–';
    const row = `| \`${roomTitle(folder, name)}\` | ${cell(room.holds)} | ${imports} |`;
    return [row, ...(room.rooms === undefined ? [] : rows(`${folder}/${name}`, room.rooms))];
  });
}
