/** Opens a page in the user's browser. */

const PROGRAMS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  windows: ["cmd", "/c", "start", ""],
};

/** @returns whether there was something to open it with. */
export async function openBrowser(url: string): Promise<boolean> {
  const [program, ...args] = PROGRAMS[Deno.build.os] ?? ["xdg-open"];
  try {
    const { success } = await new Deno.Command(program, {
      args: [...args, url],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    return success;
  } catch {
    return false;
  }
}
