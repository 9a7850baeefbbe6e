// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/find_program.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "emu/image/host_file.h"
#include "emu/image/path_walk.h"

namespace emu::cli {
namespace {

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> directories;
  size_t start = 0;
  while (start <= path.size()) {
    const size_t end = std::min(path.find(':', start), path.size());
    directories.push_back(end == start ? "." : path.substr(start, end - start));
    start = end + 1;
  }
  return directories;
}

std::string absolute(const std::string& directory, const std::string& path) {
  if (path.starts_with('/')) return path;
  return directory == "/" ? "/" + path : directory + "/" + path;
}

bool is_executable_file(const std::string& host_path) {
  struct stat status {};
  return stat(host_path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(host_path.c_str(), X_OK) == 0;
}

MaybeError check_file(const std::string& host_path, const std::string& name) {
  struct stat status {};
  if (stat(host_path.c_str(), &status) != 0) {
    if (errno == ENOENT) return Error{fmt::format("there is no file {}; check the path", name)};
    return Error{fmt::format("cannot run {}: {}; check the path", name, error_text(errno))};
  }
  if (S_ISDIR(status.st_mode)) return Error{fmt::format("{} is a directory; name a program in it", name)};
  if (!S_ISREG(status.st_mode)) return Error{fmt::format("{} is no regular file; name an ELF program", name)};
  if (access(host_path.c_str(), R_OK) != 0) {
    return Error{fmt::format("{} is not readable; allow it with chmod +r", name)};
  }
  if (access(host_path.c_str(), X_OK) != 0) {
    return Error{fmt::format("{} is not executable; allow it with chmod +x", name)};
  }
  return std::nullopt;
}

/// Looks below the root only; no value if there is nothing of that name.
std::optional<Result<FoundProgram>> find_in_root(const ProgramSearch& search, const std::string& name) {
  PathWalk walk;
  walk.root = search.root;
  const bool is_path = name.find('/') != std::string::npos;
  const std::vector<std::string> directories = is_path ? std::vector<std::string>{"/"} : split_path(search.guest_path);
  for (const std::string& directory : directories) {
    const std::string guest_path = is_path ? absolute("/", name) : absolute(absolute("/", directory), name);
    const PathWalk::End end = walk.resolve(guest_path);
    if (end.error_number != 0) continue;
    FoundProgram found{search.root + "/" + end.path, guest_path, true};
    if (!is_path && !is_executable_file(found.host_path)) continue;
    if (MaybeError wrong = check_file(found.host_path, found.host_path)) return Result<FoundProgram>(std::move(*wrong));
    return Result<FoundProgram>(std::move(found));
  }
  return std::nullopt;
}

/// A root has links of its own, so a program from outside goes there under its path without any.
std::string guest_path_of(const ProgramSearch& search, const std::string& host_path) {
  if (search.root.empty()) return host_path;
  const PathWalk::End end = PathWalk().resolve(host_path);
  return end.error_number == 0 ? "/" + end.path : host_path;
}

}  // namespace

Result<FoundProgram> find_program(const ProgramSearch& search, const std::string& name) {
  if (!search.root.empty()) {
    if (auto found = find_in_root(search, name)) return std::move(*found);
  }
  if (name.find('/') != std::string::npos) {
    if (MaybeError wrong = check_file(name, name)) return std::move(*wrong);
    return FoundProgram{name, guest_path_of(search, absolute(search.directory, name)), false};
  }
  for (const std::string& directory : split_path(search.host_path)) {
    const std::string path = absolute(absolute(search.directory, directory), name);
    if (!is_executable_file(path)) continue;
    if (MaybeError wrong = check_file(path, path)) return std::move(*wrong);
    return FoundProgram{path, guest_path_of(search, path), false};
  }
  return Error{fmt::format("there is no program {} in PATH; for a file in the current directory say ./{}", name, name)};
}

}  // namespace emu::cli
