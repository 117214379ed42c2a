/**
 * A recipe for conda-forge, in the format of rattler-build: it repacks the
 * released archive.
 */

import { description } from "./description.ts";
import { buildsFor, type PackageContext, writeText } from "./package.ts";

const { name, version, summary, homepage, license } = description;

/** Writes `recipe.yaml`. */
export async function makeCondaRecipe(context: PackageContext): Promise<void> {
  const builds = [
    ...buildsFor(context, "linux"),
    ...buildsFor(context, "macos"),
  ];
  const sources = builds.map(({ platform, archive: { url, sha256 } }) =>
    `  - if: target_platform == "${platform.conda}"
    then:
      url: ${url}
      sha256: ${sha256}`
  );
  await writeText(
    `${context.folder}/recipe.yaml`,
    `schema_version: 1

package:
  name: ${name}
  version: "${version}"

source:
${sources.join("\n")}

build:
  number: 0
  # It carries code behind its sections, which these would cut off or break.
  dynamic_linking:
    binary_relocation: false
  script:
    - mkdir -p $PREFIX
    - cp -a bin share $PREFIX/

requirements:
  run:
    - if: linux
      then: __glibc >=2.27

tests:
  - script:
      - austin --version

about:
  homepage: ${homepage}
  summary: ${summary}
  license: ${license}
  license_file: share/doc/austin/LICENSE
`,
  );
}
