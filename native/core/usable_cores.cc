// Reads the affinity mask, the processor topology and the control group's quota.
#include "core/usable_cores.h"

#include <algorithm>
#include <sstream>
#include <thread>

#if defined(__linux__)
#include <sched.h>

#include <fstream>
#include <set>
#include <utility>
#include <vector>
#endif

namespace deeplab {

int ProcessorsOfQuota(const std::string& cpu_max) {
  std::istringstream fields(cpu_max);
  double quota = 0;
  double period = 0;
  // "max" is no number: no limit. Version 1 of control groups says -1 for that.
  if (!(fields >> quota >> period) || quota <= 0 || period <= 0) return 0;
  return static_cast<int>(std::clamp((quota + period - 1) / period, 1.0, 65536.0));
}

#if defined(__linux__)
namespace {

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// Logical processor numbers in the affinity mask; empty when the system does not tell.
std::vector<int> AllowedProcessors() {
  std::vector<cpu_set_t> mask(16);  // 16 × 1024 processors
  const size_t bytes = mask.size() * sizeof(cpu_set_t);
  std::vector<int> processors;
  if (sched_getaffinity(0, bytes, mask.data()) != 0) return processors;
  for (int cpu = 0; cpu < static_cast<int>(bytes * 8); ++cpu) {
    if (CPU_ISSET_S(static_cast<size_t>(cpu), bytes, mask.data())) processors.push_back(cpu);
  }
  return processors;
}

// (package, core) of a logical processor; its own number where there is no topology.
std::pair<std::string, std::string> CoreOf(int cpu) {
  const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
  const std::string core = FirstLine(folder + "core_id");
  if (core.empty()) return {"cpu", std::to_string(cpu)};
  return {FirstLine(folder + "physical_package_id"), core};
}

// The quota of one control group folder, version 2 or 1; 0 when it has none.
int QuotaOfFolder(const std::string& folder) {
  const int quota = ProcessorsOfQuota(FirstLine(folder + "/cpu.max"));
  if (quota > 0) return quota;
  return ProcessorsOfQuota(FirstLine(folder + "/cpu.cfs_quota_us") + " " +
                           FirstLine(folder + "/cpu.cfs_period_us"));
}

// The least quota on the way from this process's group up to the mounted root; 0 when none.
int QuotaUpwards(const std::string& mount, std::string group) {
  int least = 0;
  while (true) {
    const int quota = QuotaOfFolder(mount + group);
    if (quota > 0) least = least == 0 ? quota : std::min(least, quota);
    if (group.empty()) return least;
    group.erase(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
  }
}

// Lines of /proc/self/cgroup are "0::/path" (version 2) or "N:cpu,cpuacct:/path" (version 1).
int GroupQuota() {
  std::ifstream groups("/proc/self/cgroup");
  int least = 0;
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool unified = controllers == ",,";
    if (!unified && controllers.find(",cpu,") == std::string::npos) continue;
    const int quota =
        QuotaUpwards(unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu", line.substr(second + 1));
    if (quota > 0) least = least == 0 ? quota : std::min(least, quota);
  }
  return least;
}

// What the mask leaves, what the quota leaves of that, and at least one.
int WithinQuota(size_t processors) {
  int count = static_cast<int>(processors);
  if (count == 0) count = static_cast<int>(std::thread::hardware_concurrency());
  const int quota = GroupQuota();
  if (quota > 0) count = std::min(count, quota);
  return std::max(count, 1);
}

}  // namespace

int UsablePhysicalCores() {
  std::set<std::pair<std::string, std::string>> cores;
  for (const int cpu : AllowedProcessors()) cores.insert(CoreOf(cpu));
  return WithinQuota(cores.size());
}

int UsableHardwareThreads() { return WithinQuota(AllowedProcessors().size()); }

#else

int UsableHardwareThreads() {
  return std::max(static_cast<int>(std::thread::hardware_concurrency()), 1);
}

int UsablePhysicalCores() { return UsableHardwareThreads(); }

#endif

}  // namespace deeplab
