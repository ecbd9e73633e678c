// The command that gets a missing tool, for the package manager of this machine.
import { probe } from "./run-command.mjs";

/** Tool → package names, by package manager. */
const PACKAGES = {
  apt: {
    compiler: "g++ make",
    cmake: "cmake",
    gtest: "libgtest-dev",
    "clang-format": "clang-format-14",
    patchelf: "patchelf",
    pip: "python3-pip",
  },
  dnf: {
    compiler: "gcc-c++ make",
    cmake: "cmake",
    gtest: "gtest-devel",
    "clang-format": "clang-tools-extra",
    patchelf: "patchelf",
    pip: "python3-pip",
  },
  pacman: {
    compiler: "base-devel",
    cmake: "cmake",
    gtest: "gtest",
    "clang-format": "clang",
    patchelf: "patchelf",
    pip: "python-pip",
  },
  zypper: {
    compiler: "gcc-c++ make",
    cmake: "cmake",
    gtest: "gtest",
    "clang-format": "clang-tools",
    patchelf: "patchelf",
    pip: "python3-pip",
  },
  apk: {
    compiler: "g++ make",
    cmake: "cmake",
    gtest: "gtest-dev",
    "clang-format": "clang-extra-tools",
    patchelf: "patchelf",
    pip: "py3-pip",
  },
  brew: { cmake: "cmake", pip: "python", gtest: "googletest", "clang-format": "clang-format@14" },
  winget: { cmake: "Kitware.CMake", compiler: "Microsoft.VisualStudio.2022.BuildTools" },
};

const INSTALL = {
  apt: "sudo apt-get install",
  dnf: "sudo dnf install",
  pacman: "sudo pacman -S",
  zypper: "sudo zypper install",
  apk: "sudo apk add",
  brew: "brew install",
  winget: "winget install",
};

const LINUX_PROBES = { apt: "apt-get", dnf: "dnf", pacman: "pacman", zypper: "zypper", apk: "apk" };

/** `"apt" | "dnf" | … | "brew" | "winget"`, or `null` where none is known. */
export function packageManager(
  platform = process.platform,
  has = (tool) => probe(tool, ["--version"]) !== null,
) {
  if (platform === "darwin") return "brew";
  if (platform === "win32") return "winget";
  for (const [name, tool] of Object.entries(LINUX_PROBES)) if (has(tool)) return name;
  return null;
}

/** Lines to type, one install command for all `tools` ("compiler", "cmake", …) together. */
export function installCommands(tools, manager = packageManager()) {
  if (manager === null) return [`Install with your system's package manager: ${tools.join(", ")}`];
  const lines = [];
  const packages = tools.map((tool) => PACKAGES[manager][tool]).filter(Boolean);
  if (manager === "brew" && tools.includes("compiler")) lines.push("xcode-select --install");
  if (packages.length > 0) lines.push(`${INSTALL[manager]} ${packages.join(" ")}`);
  if (manager === "winget" && tools.includes("compiler")) {
    lines.push("then add the workload “Desktop development with C++” in the Visual Studio Installer");
  }
  return lines;
}
