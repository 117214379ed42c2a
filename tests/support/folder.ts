/** Folders that tests make and look into. */

/** Gives a test a folder with a space in its name that everybody may enter, and removes it. */
export async function inFolder<Result>(
  test: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await Deno.makeTempDir({ prefix: "austin with a space " });
  try {
    await Deno.chmod(folder, 0o755);
    return await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The names of all that is in a folder, in order. */
export function namesIn(folder: string): string[] {
  return Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
}
