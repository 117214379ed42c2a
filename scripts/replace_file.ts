/**
 * Makes a file in one step: others see the old one or the new one, also when
 * this process is killed, and a program that runs from the old one keeps it.
 */

/**
 * Calls `make` with a temporary path beside `path`, and renames the result.
 *
 * @param since the time of the file is set to this, so that a source which
 *   changes while we build is newer than what was built from it.
 */
export async function replaceFile(
  path: string,
  since: Date,
  make: (temporary: string) => Promise<void>,
): Promise<void> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  const temporary = `${path}.${Deno.pid}.new`;
  await Deno.mkdir(folder, { recursive: true });
  await removeLeftovers(path, folder);
  try {
    await make(temporary);
    await Deno.utime(temporary, since, since);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}

/** Removes the temporary files of processes that were killed. */
async function removeLeftovers(path: string, folder: string): Promise<void> {
  const name = path.slice(folder.length + 1);
  for await (const entry of Deno.readDir(folder)) {
    if (!entry.name.startsWith(`${name}.`)) continue;
    const pid = /\.(\d+)\.new$/.exec(entry.name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await Deno.remove(`${folder}/${entry.name}`).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
