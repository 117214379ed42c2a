/** A package for Chocolatey: its description and the script that fetches the released program. */

import { description } from "./description.ts";
import { buildFor, type PackageContext, writeText } from "./package.ts";

const { name, version, summary, text, homepage, issues, keywords } =
  description;

/** Writes `austin.nuspec` and the scripts in `tools/`. Chocolatey itself makes `austin` known, which is the file's name. */
export async function makeChocolateyPackage(
  context: PackageContext,
): Promise<void> {
  const archive = buildFor(context, "windows-x86_64")?.archive;
  if (archive === undefined) return;
  const { folder } = context;
  await writeText(`${folder}/austin.nuspec`, NUSPEC);
  await writeText(
    `${folder}/tools/chocolateyinstall.ps1`,
    `$ErrorActionPreference = 'Stop'
$tools = Split-Path -Parent $MyInvocation.MyCommand.Definition
Install-ChocolateyZipPackage -PackageName '${name}' \`
  -Url64bit '${archive.url}' \`
  -Checksum64 '${archive.sha256}' -ChecksumType64 'sha256' \`
  -UnzipLocation $tools
Install-BinFile -Name 'austinp' -Path "$tools\\austin.exe" -Command '--native'
`,
  );
  await writeText(
    `${folder}/tools/chocolateyuninstall.ps1`,
    `Uninstall-BinFile -Name 'austinp' -Path 'austin.exe'
`,
  );
}

const NUSPEC = `<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2015/06/nuspec.xsd">
  <metadata>
    <id>${name}</id>
    <version>${version}</version>
    <title>${name}</title>
    <authors>The austin developers</authors>
    <projectUrl>${homepage}</projectUrl>
    <licenseUrl>${homepage}/blob/v${version}/LICENSE</licenseUrl>
    <requireLicenseAcceptance>false</requireLicenseAcceptance>
    <bugTrackerUrl>${issues}</bugTrackerUrl>
    <tags>${keywords.join(" ")}</tags>
    <summary>${summary}</summary>
    <description>${text.join(" ")}</description>
  </metadata>
  <files>
    <file src="tools\\**" target="tools" />
  </files>
</package>
`;
