// The object files of the kernels: none may define a symbol that the linker could merge with, or
// choose for, code of another instruction set.

#include <gtest/gtest.h>

#ifdef DEEPLAB_KERNEL_OBJECTS

#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "core/simd.h"

namespace deeplab {
namespace {

struct Symbol {
  std::string name;
  char type;
};

std::vector<Symbol> DefinedSymbols(const std::string& object) {
  std::vector<Symbol> symbols;
  FILE* nm = popen(("nm --defined-only --format=posix '" + object + "'").c_str(), "r");
  char line[4096];
  while (nm != nullptr && std::fgets(line, sizeof line, nm) != nullptr) {
    Symbol symbol{};
    if (std::istringstream(line) >> symbol.name >> symbol.type) symbols.push_back(symbol);
  }
  if (nm == nullptr || pclose(nm) != 0) return {};
  return symbols;
}

// As in mangled names: the length, then the word.
std::string MangledLevel(const std::string& object) {
  for (const char* level : {"scalar", "avx2", "avx512", "neon"}) {
    const std::string name(level);
    if (object.find("deeplab_kernels_" + name + ".dir") == std::string::npos) continue;
    return std::to_string(name.size()) + name;
  }
  return "of no level";
}

TEST(KernelObjects, DefineGlobalSymbolsInTheirLevelsNamespaceOnlyAndNoWeakOnes) {
  std::istringstream objects(DEEPLAB_KERNEL_OBJECTS);
  size_t seen = 0;
  for (std::string object; std::getline(objects, object, '|'); ++seen) {
    const std::vector<Symbol> symbols = DefinedSymbols(object);
    ASSERT_FALSE(symbols.empty()) << "nm says nothing of " << object;
    bool any_global = false;
    for (const Symbol& symbol : symbols) {
      EXPECT_EQ(std::string("WwVvu").find(symbol.type), std::string::npos)
          << symbol.name << " of " << object << " is weak: an inline function was left behind";
      if (symbol.type < 'A' || symbol.type > 'Z') continue;
      any_global = true;
      EXPECT_NE(symbol.name.find(MangledLevel(object)), std::string::npos)
          << symbol.name << " of " << object;
    }
    EXPECT_TRUE(any_global) << object;
  }
  EXPECT_GE(seen, 2 * UsableSimdLevels().size());  // this folder's two sources for each level
}

}  // namespace
}  // namespace deeplab

#endif
