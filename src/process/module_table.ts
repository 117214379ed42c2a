/**
 * The shim's list of a process's images, where the system has no `/proc`.
 *
 * | bytes | of each image                                         |
 * | ----- | ----------------------------------------------------- |
 * | 8     | its address                                           |
 * | 8     | its size                                              |
 * | 8     | bytes of its path                                     |
 * | …     | path in UTF-8, filled up to a multiple of 8           |
 *
 * `struct austin_module` in `native/austin_shim.h`
 */

import { MAX_MODULE_TABLE_SIZE, MAX_MODULES } from "../limits.ts";
import { ReadError } from "../memory/remote_memory.ts";
import type { Module } from "./maps.ts";
import type { Refusal } from "./process.ts";
import type { ProcessTables } from "./process_tables.ts";

const HEAD_SIZE = 24;

const decoder = new TextDecoder();

/** @returns the images of a process, its executable first. */
export function readModules(
  tables: Pick<ProcessTables, "listModules">,
  pid: number,
): Module[] | Refusal {
  const bytes = new Uint8Array(MAX_MODULE_TABLE_SIZE);
  const size = tables.listModules(pid, bytes);
  if (size < 0) return refusalOf(size);
  return parseModules(bytes.subarray(0, Math.min(size, bytes.length)));
}

function refusalOf(code: number): Refusal {
  if (code === ReadError.gone) return "gone";
  return code === ReadError.denied ? "denied" : "failed";
}

/** @param bytes of the list. @returns its images. */
export function parseModules(bytes: Uint8Array): Module[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const number = (at: number) =>
    view.getUint32(at + 4, true) * 4294967296 + view.getUint32(at, true);
  const modules: Module[] = [];
  let at = 0;
  while (at + HEAD_SIZE <= bytes.length && modules.length < MAX_MODULES) {
    const pathSize = number(at + 16);
    const pathAt = at + HEAD_SIZE;
    if (pathAt + pathSize > bytes.length) break;
    const path = decoder.decode(bytes.subarray(pathAt, pathAt + pathSize));
    modules.push(imageModule(path, number(at), number(at + 8)));
    at = pathAt + Math.ceil(pathSize / 8) * 8;
  }
  return modules;
}

/** An image that lies in memory from its first byte to its last, as loaders other than Linux's have it. */
export function imageModule(
  path: string,
  address: number,
  size: number,
): Module {
  const file = { path, inode: 0, deleted: false };
  const mapping = {
    ...file,
    start: address,
    end: address + size,
    permissions: "r-xp",
    offset: 0,
    device: "",
  };
  return { ...file, mappings: [mapping] };
}
