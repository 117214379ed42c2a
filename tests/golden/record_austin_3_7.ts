/**
 * Records what the real Austin 3.7.0 writes in each mode, as text and as MOJO.
 *
 *     deno run -A tests/golden/record_austin_3_7.ts AUSTIN PYTHON
 *
 * AUSTIN is the binary of the wheel `austin-dist==3.7.0`, PYTHON one that it
 * can read. The target is compiled under its bare name, so that no machine's
 * path gets recorded.
 */

/** Options of each recording. */
const RECORDINGS: Readonly<Record<string, readonly string[]>> = {
  wall: [],
  cpu: ["-s"],
  memory: ["-m"],
  full: ["-f"],
  children: ["-C"],
};

const TARGET =
  "name = 'austin_3_7.py'; exec(compile(open(name).read(), name, 'exec'))";

async function record(austin: string, python: string): Promise<void> {
  for (const [name, options] of Object.entries(RECORDINGS)) {
    const target = ["-c", TARGET, ...name === "children" ? ["fork"] : []];
    for (const [format, ending] of [[[], "txt"], [["-b"], "mojo"]] as const) {
      const output = ["-o", `austin_3_7_${name}.${ending}`];
      const settings = ["-P", "-g", "-i", "20ms", ...options, ...format];
      await run([
        austin,
        ...settings,
        ...output,
        python,
        "-S",
        "-E",
        ...target,
      ]);
    }
  }
}

async function run([program = "", ...args]: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args,
    cwd: import.meta.dirname ?? ".",
    env: { AUSTIN_NO_LOGGING: "1" },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

if (import.meta.main) {
  const [austin = "", python = ""] = Deno.args;
  await record(austin, python);
}
