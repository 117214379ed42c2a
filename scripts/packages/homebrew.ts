/** A formula for Homebrew, which installs the released archive. */

import { description } from "./description.ts";
import {
  type Build,
  buildFor,
  type PackageContext,
  writeText,
} from "./package.ts";

/** Writes `austin.rb`. */
export async function makeHomebrewFormula(
  context: PackageContext,
): Promise<void> {
  await writeText(`${context.folder}/austin.rb`, formula(context));
}

function formula(context: PackageContext): string {
  const { summary, homepage, version, license } = description;
  const systems = [
    system("macos", [
      ["arm", buildFor(context, "macos-aarch64")],
      ["intel", buildFor(context, "macos-x86_64")],
    ]),
    system("linux", [
      ["arm", buildFor(context, "linux-aarch64")],
      ["intel", buildFor(context, "linux-x86_64")],
    ]),
  ].filter((text) => text !== "");
  return `class Austin < Formula
  desc "${summary}"
  homepage "${homepage}"
  version "${version}"
  license "${license}"

${systems.join("\n\n")}

  def install
    bin.install "bin/austin"
    bin.install_symlink "austin" => "austinp"
    man1.install Dir["share/man/man1/*"]
    bash_completion.install "share/bash-completion/completions/austin"
    zsh_completion.install "share/zsh/site-functions/_austin"
    fish_completion.install "share/fish/vendor_completions.d/austin.fish"
  end

  test do
    assert_match "austin #{version}", shell_output("#{bin}/austin --version")
  end
end
`;
}

function system(
  name: string,
  builds: readonly (readonly [cpu: string, build: Build | undefined])[],
): string {
  const blocks = builds.flatMap(([cpu, build]) =>
    build === undefined ? [] : [`    on_${cpu} do
      url "${build.archive.url}"
      sha256 "${build.archive.sha256}"
    end`]
  );
  if (blocks.length === 0) return "";
  return `  on_${name} do\n${blocks.join("\n")}\n  end`;
}
