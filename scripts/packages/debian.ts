/**
 * Debian packages, built by debhelper from a staged prefix.
 *
 * The program must not be stripped: that would cut off what makes it austin.
 */

import { description } from "./description.ts";
import { install, installedFiles } from "./installed.ts";
import { type Build, type PackageContext, writeText } from "./package.ts";

const { name, version, summary, text, homepage, maintainer } = description;

/** Lintian's findings that are meant to be, each with why. */
const OVERRIDES = [
  "# The program inside is deno, which is built without it.",
  "hardening-no-relro",
  "# deno and V8 bring their own libraries.",
  "embedded-library",
  "# It is built from a release, not for Debian's archive.",
  "initial-upload-closes-no-bugs",
];

/** Makes a package for each of Debian's architectures that was built. */
export async function makeDebianPackages(
  context: PackageContext,
): Promise<void> {
  for (const build of context.builds) {
    const { debian } = build.platform;
    if (debian !== undefined) await makePackage(context, build, debian);
  }
}

async function makePackage(
  { root, folder, run, compression }: PackageContext,
  { program }: Build,
  architecture: string,
): Promise<void> {
  const place = await Deno.makeTempDir({ prefix: "austin-debian-" });
  try {
    const source = `${place}/${name}-${version}`;
    const files = installedFiles(program, root, "share/zsh/vendor-completions")
      // The licence is in the copyright file.
      .filter(({ path }) => !path.endsWith("LICENSE"));
    await install(files, `${source}/staged/usr`);
    const license = await Deno.readTextFile(`${root}/LICENSE`);
    for (const [path, content] of Object.entries(sources(license))) {
      await writeText(`${source}/debian/${path}`, content);
    }
    await Deno.chmod(`${source}/debian/rules`, 0o755);
    const level = `AUSTIN_COMPRESSION=${compression}`;
    const build = [
      "env",
      level,
      "dpkg-buildpackage",
      "--build=binary",
      "--no-sign",
    ];
    await run([...build, `--host-arch=${architecture}`, "-d"], source);
    const file = `${name}_${version}-1_${architecture}.deb`;
    await Deno.copyFile(`${place}/${file}`, `${folder}/${file}`);
  } finally {
    await Deno.remove(place, { recursive: true });
  }
}

/** The files of `debian/`. */
function sources(license: string): Record<string, string> {
  return {
    control: control(),
    rules: RULES,
    changelog: changelog(),
    copyright: copyright(license),
    "austin.lintian-overrides":
      OVERRIDES.map((line) => line.startsWith("#") ? line : `${name}: ${line}`)
        .join("\n") + "\n",
    "source/format": "3.0 (quilt)\n",
  };
}

const RULES = `#!/usr/bin/make -f

%:
\tdh $@

override_dh_auto_install:
\tcp -a staged/. debian/${name}/

# See austin.lintian-overrides.
override_dh_strip override_dh_dwz:

# It is for every Debian that has the C library that it asks for.
override_dh_shlibdeps:

override_dh_builddeb:
\tdh_builddeb -- -Zxz
`;

function control(): string {
  return `Source: ${name}
Section: devel
Priority: optional
Maintainer: ${maintainer}
Build-Depends: debhelper-compat (= 13)
Standards-Version: 4.6.2
Homepage: ${homepage}
Rules-Requires-Root: no

Package: ${name}
Architecture: amd64 arm64
Depends: libc6 (>= 2.27), libgcc-s1 | libgcc1, \${misc:Depends}
Description: ${summary[0]!.toLowerCase()}${summary.slice(1)}
${text.map((line) => ` ${line}`).join("\n")}
`;
}

function changelog(): string {
  return `${name} (${version}-1) unstable; urgency=medium

  * Release ${version}; see ${homepage}/releases

 -- ${maintainer}  ${date()}
`;
}

/** @returns today as RFC 5322 has it. */
function date(): string {
  return new Date().toUTCString().replace("GMT", "+0000");
}

function copyright(license: string): string {
  const [first = "", ...rest] = license.split(/\n\n+/).slice(1);
  const body = rest.flatMap((paragraph, i) => [
    ...i > 0 ? [" ."] : [],
    ...paragraph.trimEnd().split("\n").map((line) => ` ${line}`),
  ]);
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: ${name}
Source: ${homepage}

Files: *
Copyright: ${first.replace(/^Copyright \(c\) /, "").trim()}
License: Expat
${body.join("\n")}
Comment: The notices of what the file contains are printed by austin --licenses.
`;
}
