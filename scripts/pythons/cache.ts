/**
 * Folders that are either whole or not there. A folder is filled beside its place under a lock and renamed into it as the
 * last step, so an interrupted run leaves nothing that passes for complete and two runs at once fill it only once.
 */

import { dirname, join } from "node:path";

/** How a cached folder comes about. */
export interface Recipe {
  /** Tells whether the folder in place can be used. */
  isWhole(folder: string): Promise<boolean>;
  /** Writes the contents into a new empty folder, and throws if it cannot. */
  fill(folder: string): Promise<void>;
}

/**
 * Makes sure that `folder` is there and whole, filling it when it is missing or damaged.
 *
 * @param folder absolute path; `lock` and `folder.partial` beside it belong to the cache. One folder is filled at a time,
 *   since the tools that fetch (mvn) do not all bear company.
 * @throws whatever `fill` throws; nothing is left in place then.
 */
export async function ensureFolder(
  folder: string,
  recipe: Recipe,
): Promise<void> {
  if (await recipe.isWhole(folder)) return;
  await Deno.mkdir(dirname(folder), { recursive: true });
  using lock = await Deno.open(join(dirname(folder), "lock"), {
    create: true,
    write: true,
  });
  await lock.lock(true); // the kernel gives it up for us should we be killed
  if (await recipe.isWhole(folder)) return;
  const partial = `${folder}.partial`;
  await remove(partial);
  try {
    await Deno.mkdir(partial);
    await recipe.fill(partial);
    await remove(folder);
    await Deno.rename(partial, folder);
  } finally {
    await remove(partial);
  }
}

async function remove(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
