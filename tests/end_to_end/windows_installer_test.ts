/** The installer for Windows, which is wine here: what it leaves there, and that nothing is left when it is gone. */

import assert from "node:assert/strict";
import { description, platforms } from "../../scripts/packages/description.ts";
import { makeInstallers } from "../../scripts/packages/installer.ts";
import { runTool } from "../../scripts/run_tool.ts";
import { root } from "../../scripts/tree.ts";
import { inFolder } from "../support/folder.ts";
import { testNeeding, tool } from "../support/needs.ts";
import { TARGETS } from "../support/target.ts";
import {
  executableOf,
  packWindowsProgram,
  runOnWindows,
  windowsNeeds,
  windowsPath,
  windowsProgram,
  windowsPython,
} from "../support/windows.ts";

const platform = platforms.find(({ name }) => name === "windows-x86_64")!;

/** REG_EXPAND_SZ: the variables in it stay what they are. */
const EXPANDED = 2;

const FILES = [
  "LICENSE.txt",
  "NOTICES.txt",
  "austin.exe",
  "austin.ps1",
  "austinp.exe",
  "uninstall.exe",
];

testNeeding(
  [...windowsNeeds, tool("makensis")],
  "the installer for Windows installs, and removes all that it installed",
  () =>
    inFolder(async (folder) => {
      const setup = await makeInstaller(folder);
      const python = executableOf(await windowsPython("3.14"));
      const script = windowsPath(`${TARGETS}/installer.py`);
      const { code, stdout, stderr } = await runOnWindows(
        [python, "-B", script, windowsPath(setup)],
      );
      assert.equal(code, 0, stderr);
      const { before, installed, again, removed, said, folder: place } = JSON
        .parse(stdout);
      assert.ok(before.path.length > 4096);
      assert.equal(installed.code, 0);
      assert.deepEqual(installed.files, FILES);
      assert.equal(installed.path, `${before.path};${place}`);
      assert.equal(installed.type, EXPANDED);
      assert.equal(installed.entry.DisplayVersion, description.version);
      assert.equal(
        installed.entry.QuietUninstallString,
        `"${place}\\uninstall.exe" /S`,
      );
      const version = [0, `austin ${description.version}\n`];
      assert.deepEqual(said["austin.exe"], version);
      assert.deepEqual(said["austinp.exe"], version);
      assert.match(said["deno"][1], /^Usage: austin /);
      assert.deepEqual(again, { ...installed, cache: true });
      assert.deepEqual(removed, {
        ...before,
        files: [],
        entry: {},
        cache: false,
      });
    }),
);

/** @returns path of one that is made in no time, as it compresses nothing. */
async function makeInstaller(folder: string): Promise<string> {
  await packWindowsProgram();
  const archive = { path: "", url: "", sha256: "" };
  await makeInstallers({
    root,
    folder,
    builds: [{ platform, program: windowsProgram, archive }],
    compression: 1,
    run: async (command) => {
      const { success, stdout, stderr } = await runTool(command);
      assert.ok(success, stdout + stderr);
      return stdout;
    },
  });
  return `${folder}/austin-${description.version}-${platform.name}-setup.exe`;
}
