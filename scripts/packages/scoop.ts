/** A manifest for Scoop, which installs the released program on Windows. */

import { description } from "./description.ts";
import { buildFor, type PackageContext, writeText } from "./package.ts";

const ARCHITECTURES = [
  ["64bit", "windows-x86_64"],
  ["arm64", "windows-aarch64"],
] as const;

/** Writes `austin.json`. */
export async function makeScoopManifest(
  context: PackageContext,
): Promise<void> {
  const { version, summary, homepage, license } = description;
  const found = ARCHITECTURES.flatMap(([architecture, name]) => {
    const archive = buildFor(context, name)?.archive;
    if (archive === undefined) return [];
    return [{ architecture, name, archive }];
  });
  const release = `${homepage}/releases/download/v$version`;
  const manifest = {
    version,
    description: summary,
    homepage,
    license,
    architecture: Object.fromEntries(
      found.map(({ architecture, archive: { url, sha256 } }) => [
        architecture,
        { url, hash: sha256 },
      ]),
    ),
    bin: ["austin.exe", ["austin.exe", "austinp", "--native"]],
    checkver: { github: homepage },
    autoupdate: {
      architecture: Object.fromEntries(
        found.map(({ architecture, name }) => [
          architecture,
          { url: `${release}/austin-$version-${name}.zip` },
        ]),
      ),
    },
  };
  const text = JSON.stringify(manifest, null, 4) + "\n";
  await writeText(`${context.folder}/austin.json`, text);
}
