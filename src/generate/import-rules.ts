import { isFile, type Room, type Rooms } from './rooms.ts';

/** A rule of dependency-cruiser: what matches is an error. Paths are regular expressions. */
export interface ImportRule {
  readonly name: string;
  readonly comment: string;
  readonly severity: 'error';
  readonly module?: object;
  readonly from?: object;
  readonly to: object;
}

const TABLE = 'src/generate/rooms.ts';

/** The rules that follow from the table of rooms. Throws when the table contradicts itself. */
export function importRules(table: Rooms): readonly ImportRule[] {
  return [
    {
      name: 'no-circular',
      comment: 'Move what the files of the circle share, types included, into a file that imports none of them.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    ...roomRules('src', table),
  ];
}

/** The rule that each file lies in a room of the table: all other files are required to have an import that no file can have. */
export function knownRoomRule(table: Rooms): ImportRule {
  return {
    name: 'known-room',
    comment: `Add a row to ${TABLE} for the folder: what it holds, and what it may import.`,
    severity: 'error',
    module: { path: '^src/', pathNot: leaves('src', table) },
    to: { path: '^$' },
  };
}

function roomRules(folder: string, rooms: Rooms): readonly ImportRule[] {
  const names = Object.keys(rooms);
  return Object.entries(rooms).flatMap(([name, room], index): readonly ImportRule[] => {
    const path = roomPath(folder, name, rooms);
    const title = roomTitle(folder, name);
    const below = names.slice(0, index);
    for (const other of room.mayImport)
      if (!below.some((earlier) => other === earlier || other.startsWith(`${earlier}/`)))
        throw new Error(`${TABLE}: ${title} must not import '${other}', which is not one of the rooms before it.`);
    // A room that may import all of its neighbours needs no rule.
    const isFree = names.every((other) => other === name || room.mayImport.includes(other));
    const rule: ImportRule = {
      name: title,
      comment: `In ${folder}, ${roomName(name)} may import ${room.mayImport.map(roomName).join(', ') || 'no other room'}: see ${TABLE}.`,
      severity: 'error',
      from: { path },
      to: { path: `^${folder}/`, pathNot: [path, ...room.mayImport.map((other) => roomPath(folder, other, rooms))] },
    };
    return [
      ...(isFree ? [] : [rule]),
      ...specialRules(title, path, room),
      ...(room.rooms === undefined ? [] : roomRules(`${folder}/${name}`, room.rooms)),
    ];
  });
}

function specialRules(title: string, path: string, { pure, mainOnly }: Room): readonly ImportRule[] {
  const rules: ImportRule[] = [];
  if (pure === true)
    rules.push({
      name: `${title} is pure`,
      comment: 'It must not import packages or modules of Node: take what they provide as an argument.',
      severity: 'error',
      from: { path },
      to: { pathNot: '^src/' },
    });
  if (mainOnly === true)
    rules.push({
      name: `${title} for main files`,
      comment: 'Only files that start a program may import it: take the clock, the log and the configuration as arguments.',
      severity: 'error',
      from: { path: '^src/', pathNot: [path, '/main\\.ts$', '^src/[^/]+$'] },
      to: { path },
    });
  return rules;
}

/** The path of a room within src, as rules and documents show it. */
export function roomTitle(folder: string, name: string): string {
  return `${folder}/${roomName(name)}`.slice('src/'.length);
}

/** The key of a room, as rules and documents show it. */
export function roomName(name: string): string {
  return name === '.' ? '*.ts' : name;
}

/** The paths of a room's files, as a regular expression. */
function roomPath(folder: string, name: string, rooms: Rooms): string {
  if (name !== '.') return `^${escape(`${folder}/${name}`)}${isFile(name) ? '$' : '/'}`;
  const others = Object.keys(rooms)
    .filter(isFile)
    .map((file) => `(?!${escape(file)}$)`);
  return `^${escape(folder)}/${others.join('')}[^/]+$`;
}

/** The paths of the files in all rooms, but not of those in folders without a row. */
function leaves(folder: string, rooms: Rooms): readonly string[] {
  return Object.entries(rooms).flatMap(([name, room]) => {
    if (room.rooms !== undefined) return leaves(`${folder}/${name}`, room.rooms);
    return isFile(name) || name === '.' ? roomPath(folder, name, rooms) : `^${escape(`${folder}/${name}`)}/[^/]+$`;
  });
}

function escape(path: string): string {
  return path.replaceAll('.', '\\.');
}
