// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/cli/guest_files.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "emu/cli/find_program.h"
#include "emu/image/commands.h"
#include "emu/image/cpio.h"
#include "emu/image/packer.h"
#include "emu/image/program.h"
#include "isa-ext/abi/boot.h"

namespace emu::cli {
namespace {

std::string current_directory() {
  std::string path(4096, '\0');
  if (getcwd(path.data(), path.size()) == nullptr || path.front() != '/') return "/";
  path.resize(std::strlen(path.c_str()));
  return path;
}

std::string value_of(const std::vector<std::string>& environment, const std::string& name) {
  for (const std::string& setting : environment) {
    if (setting.starts_with(name + "=")) return setting.substr(name.size() + 1);
  }
  return "";
}

/// The guest has its own of these.
bool belongs_to_the_guest(const std::string& path) {
  for (const std::string top : {"dev", "proc", "sys"}) {
    if (path == top || path.starts_with(top + "/")) return true;
  }
  return path.empty();
}

class Collector {
 public:
  explicit Collector(const RunOptions& options)
      : options_(options),
        tree_(static_cast<int64_t>(options.clock_seconds.value_or(kDefaultClockSeconds))),
        packer_(tree_, options.memory / 2) {
    search_.root = options.root;
    search_.directory = current_directory();
    if (const char* path = std::getenv("PATH")) search_.host_path = path;
    search_.guest_path = value_of(options.environment, "PATH");
  }

  Result<GuestFiles> collect() {
    std::vector<FoundProgram> programs;
    for (const std::vector<std::string>& command : options_.commands) {
      Result<FoundProgram> found = find_program(search_, command.front());
      if (!found) return Error{found.error()};
      if (MaybeError wrong = check(found.value())) return std::move(*wrong);
      programs.push_back(std::move(found.value()));
    }
    if (MaybeError wrong = options_.root.empty() ? pack_named_files() : pack_root()) return std::move(*wrong);
    for (const FoundProgram& program : programs) {
      if (program.is_in_root || !files_.natives.empty()) continue;
      if (MaybeError wrong = packer_.pack_path("/", program.guest_path)) return std::move(*wrong);
    }
    Result<Bytes> archive = write_cpio(tree_);
    if (!archive) return Error{archive.error()};
    files_.root = std::move(archive.value());
    if (files_.natives.empty()) write_command_list(programs);
    if (packer_.skipped() != 0) {
      files_.warnings.push_back(
          fmt::format("left out {} of the guest's files that are no files, directories or links "
                      "({}{})",
                      packer_.skipped(), packer_.first_skipped(), packer_.skipped() > 1 ? ", ..." : ""));
    }
    return std::move(files_);
  }

 private:
  MaybeError check(const FoundProgram& program) {
    Result<Bytes> bytes = read_host_file(program.host_path);
    if (!bytes) return Error{bytes.error()};
    Result<ProgramFacts> facts = check_program(bytes.value(), program.host_path);
    if (!facts) return Error{facts.error()};
    if (facts.value().memory > options_.memory - bytes.value().size()) {
      return Error{
          fmt::format("{} needs {} MiB of memory, more than the machine's {} MiB; give it more with "
                      "--memory=SIZE",
                      program.host_path, (facts.value().memory + bytes.value().size()) >> 20, options_.memory >> 20)};
    }
    if (facts.value().kind == ProgramKind::Linux) {
      if (options_.variant.spaces == asx::Spaces::Many) return std::nullopt;
      return Error{fmt::format(
          "{} is a Linux program, whose code, heap and stack are spaces of their own, and with --spaces=one "
          "only one can be used at a time; run a native program, or leave out --spaces",
          program.host_path)};
    }
    return take_native(program, std::move(bytes.value()));
  }

  MaybeError take_native(const FoundProgram& program, Bytes bytes) {
    if (options_.command_line.size() > 1) {
      return Error{fmt::format("{} is a native program, which takes no arguments; leave them out", program.host_path)};
    }
    const std::string name = program.host_path.substr(program.host_path.rfind('/') + 1);
    if (name.size() >= sizeof(asx::BootModule::name)) {
      return Error{fmt::format("{} is a native program with a name of more than {} bytes; rename it", program.host_path,
                               sizeof(asx::BootModule::name) - 1)};
    }
    files_.natives.push_back({name, std::move(bytes)});
    return std::nullopt;
  }

  MaybeError pack_root() {
    struct stat status {};
    if (stat(options_.root.c_str(), &status) != 0) {
      return Error{fmt::format("--root={}: {}; name a directory", options_.root, error_text(errno))};
    }
    if (!S_ISDIR(status.st_mode)) return Error{fmt::format("--root={} is no directory; name one", options_.root)};
    return packer_.pack_root(options_.root);
  }

  MaybeError pack_named_files() {
    if (MaybeError wrong = packer_.pack_way("/", search_.directory)) return wrong;
    PathWalk walk;
    walk.directory = search_.directory;
    for (const std::vector<std::string>& command : options_.commands) {
      for (size_t i = 1; i < command.size(); ++i) {
        const PathWalk::End end = walk.resolve(command[i]);
        if (end.error_number != 0 || belongs_to_the_guest(end.path)) continue;
        if (MaybeError wrong = packer_.pack_path(search_.directory, command[i])) return wrong;
      }
    }
    return add_standard_directories();
  }

  MaybeError add_standard_directories() {
    FileNode directory;
    directory.modified = tree_.find("")->modified;
    directory.mode = S_IFDIR | S_ISVTX | 0777;
    if (MaybeError wrong = tree_.add("tmp", directory)) return wrong;
    directory.mode = S_IFDIR | 0755;
    return tree_.add("dev", directory);
  }

  void write_command_list(const std::vector<FoundProgram>& programs) {
    std::vector<Command> commands;
    for (size_t i = 0; i < programs.size(); ++i) {
      commands.push_back({options_.root.empty() ? search_.directory : "/", options_.commands[i], options_.environment,
                          programs[i].guest_path});
    }
    files_.commands = write_commands(commands);
  }

  const RunOptions& options_;
  ProgramSearch search_;
  FileTree tree_;
  Packer packer_;
  GuestFiles files_;
};

}  // namespace

Result<GuestFiles> collect_guest_files(const RunOptions& options) {
  return Collector(options).collect();
}

}  // namespace emu::cli
