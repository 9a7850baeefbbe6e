// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/image/path_walk.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace emu {
namespace {

/// As many as Linux follows (path_resolution(7)).
constexpr int kMaximumLinks = 40;

/// The components of a path, last one first.
std::vector<std::string> reversed_components(const std::string& path) {
  std::vector<std::string> components;
  size_t start = 0;
  while (start < path.size()) {
    const size_t end = std::min(path.find('/', start), path.size());
    if (end > start) components.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  std::reverse(components.begin(), components.end());
  return components;
}

std::string parent_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

}  // namespace

std::optional<std::string> read_link(const std::string& host_path) {
  std::string text(4096, '\0');
  const ssize_t length = readlink(host_path.c_str(), text.data(), text.size());
  if (length < 0) return std::nullopt;
  text.resize(static_cast<size_t>(length));
  return text;
}

PathWalk::End PathWalk::resolve(const std::string& path) const {
  if (path.empty()) return {ENOENT, {}, {}};
  std::vector<std::string> pending = reversed_components(path);
  if (path.front() != '/') {
    const std::vector<std::string> start = reversed_components(directory);
    pending.insert(pending.end(), start.begin(), start.end());
  }
  std::string current;
  int links = 0;
  while (!pending.empty()) {
    const std::string name = std::move(pending.back());
    pending.pop_back();
    if (name == ".") continue;
    if (name == "..") {
      current = parent_of(current);
      continue;
    }
    const std::string candidate = current.empty() ? name : current + "/" + name;
    const std::string host_path = root + "/" + candidate;
    struct stat status {};
    if (lstat(host_path.c_str(), &status) != 0) return {errno, {}, {}};
    if (visit) {
      if (MaybeError refused = visit(candidate, host_path)) return {0, {}, std::move(refused)};
    }
    if (S_ISLNK(status.st_mode)) {
      if (++links > kMaximumLinks) return {ELOOP, {}, {}};
      const std::optional<std::string> target = read_link(host_path);
      if (!target) return {errno, {}, {}};
      if (target->starts_with('/')) current.clear();
      const std::vector<std::string> more = reversed_components(*target);
      pending.insert(pending.end(), more.begin(), more.end());
      continue;
    }
    if (!S_ISDIR(status.st_mode) && (!pending.empty() || path.back() == '/')) return {ENOTDIR, {}, {}};
    current = candidate;
  }
  return {0, std::move(current), {}};
}

}  // namespace emu
