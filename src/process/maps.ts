/**
 * `/proc/PID/maps` as data: mappings, and the modules that they make up.
 *
 * Pure: text in, objects out. A module is a file with its mappings; whether
 * it is an executable, a library or just data that somebody mapped is for
 * others to say. See `proc(5)` and Linux fs/proc/task_mmu.c show_map_vma.
 */

/** One line of `/proc/PID/maps`. */
export interface Mapping {
  readonly start: number;
  readonly end: number;
  /** For instance `r-xp`. */
  readonly permissions: string;
  /** Offset in the file of the byte at `start`. */
  readonly offset: number;
  /** For instance `fe:00`; 0 for memory without a file. */
  readonly device: string;
  readonly inode: number;
  /** Empty for anonymous memory, `[heap]` and the like for special kinds. */
  readonly path: string;
  /** The file is no longer at its path. */
  readonly deleted: boolean;
}

/** A mapped file. */
export interface Module {
  readonly path: string;
  readonly inode: number;
  readonly deleted: boolean;
  /** In order of their addresses; at least one. */
  readonly mappings: readonly Mapping[];
}

/** Address range, permissions, offset, device, inode, and after spaces the rest of the line. */
const LINE =
  /^([0-9a-f]+)-([0-9a-f]+) (\S{4}) ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+) *(.*)$/;

const DELETED = " (deleted)";

/** @returns the mappings in order; lines that make no sense, as a last one that was cut off, are left out. */
export function parseMaps(text: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of text.split("\n")) {
    const mapping = parseLine(line);
    if (mapping !== null) mappings.push(mapping);
  }
  return mappings;
}

function parseLine(line: string): Mapping | null {
  const fields = LINE.exec(line);
  if (fields === null) return null;
  const [, start, end, permissions, offset, device, inode, name] = fields;
  const deleted = name!.endsWith(DELETED);
  return {
    start: Number.parseInt(start!, 16),
    end: Number.parseInt(end!, 16),
    permissions: permissions!,
    offset: Number.parseInt(offset!, 16),
    device: device!,
    inode: Number(inode),
    path: unescape(deleted ? name!.slice(0, -DELETED.length) : name!),
    deleted,
  };
}

/** The kernel writes a newline in a path as `\012`, and nothing else differently. */
function unescape(path: string): string {
  return path.replaceAll("\\012", "\n");
}

/** @returns the mapped files in order of their first address. */
export function modulesOf(mappings: readonly Mapping[]): Module[] {
  const groups = new Map<string, Mapping[]>();
  for (const mapping of mappings) {
    if (mapping.inode === 0) continue;
    const key = `${mapping.device} ${mapping.inode} ${mapping.path}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [mapping]);
    else group.push(mapping);
  }
  return Array.from(groups.values(), (group) => {
    const { path, inode, deleted } = group[0]!;
    return { path, inode, deleted, mappings: group };
  });
}

/** @returns whether code of the file is mapped, so that it is more than data. */
export function hasCode(module: Module): boolean {
  return module.mappings.some(({ permissions }) => permissions[2] === "x");
}

/** @returns the address in the process of a byte of the file, or null when that is not mapped. */
export function addressOfOffset(
  mappings: readonly Mapping[],
  offset: number,
): number | null {
  for (const { start, end, offset: first } of mappings) {
    if (offset >= first && offset - first < end - start) {
      return start + offset - first;
    }
  }
  return null;
}
