/**
 * Installers for Windows, made by NSIS of `installer.nsi`: for the present
 * user, with an entry in the PATH and an uninstaller.
 */

import { buildNative, nativeFolder, PATH_ENTRY } from "../build_native.ts";
import { NOTICES } from "../notices.ts";
import { description } from "./description.ts";
import { type Build, buildsFor, type PackageContext } from "./package.ts";

/** Where Windows lists what is installed. */
const UNINSTALL_KEY = String
  .raw`Software\Microsoft\Windows\CurrentVersion\Uninstall\austin`;

/** Writes `austin-VERSION-PLATFORM-setup.exe` for each Windows that was built. */
export async function makeInstallers(context: PackageContext): Promise<void> {
  for (const build of buildsFor(context, "windows")) {
    await buildNative(build.platform.target);
    const options = Object.entries(await definitions(build, context))
      .map(([name, value]) => `-D${name}=${value}`);
    const script = `${context.root}/scripts/packages/installer.nsi`;
    await context.run(["makensis", "-V2", "-WX", ...options, script]);
  }
}

/** @returns what the script wants to be told. */
async function definitions(
  { platform, program }: Build,
  { root, folder, compression }: PackageContext,
): Promise<Record<string, string>> {
  const { name, version, summary, homepage } = description;
  return {
    VERSION: version,
    NUMBERS: `${version}.0`,
    SUMMARY: summary,
    HOMEPAGE: homepage,
    PUBLISHER: "The austin developers",
    UNINSTALL_KEY,
    KILOBYTES: String(Math.round((await Deno.stat(program)).size / 1024)),
    PROGRAM: program,
    PATH_ENTRY: `${nativeFolder(platform.target)}/${PATH_ENTRY}`,
    LICENSE: `${root}/LICENSE`,
    NOTICES: `${root}/${NOTICES}`,
    COMPLETION: `${root}/share/completions/austin.ps1`,
    COMPRESS: compression === 1 ? "off" : "auto",
    OUTPUT: `${folder}/${name}-${version}-${platform.name}-setup.exe`,
  };
}
