// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/lab/native_run.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "emu/image/builtin.h"
#include "emu/image/commands.h"
#include "emu/image/cpio.h"
#include "emu/image/host_file.h"
#include "kernel/abi/call.h"

namespace emu::lab {
namespace {

constexpr uint64_t kMemory = uint64_t{64} << 20;
constexpr size_t kDataBytes = size_t{1} << 20;
constexpr std::string_view kPersonality = "linux";

/// A temporary file that a serial line writes.
class Capture {
 public:
  [[nodiscard]] bool is_open() const { return file_ != nullptr; }
  [[nodiscard]] int descriptor() const { return fileno(file_.get()); }
  [[nodiscard]] std::string text() const {
    std::string text;
    std::rewind(file_.get());
    for (int character; (character = std::fgetc(file_.get())) != EOF;) text += static_cast<char>(character);
    return text;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_{std::tmpfile()};
};

/// A file of the host with some bytes, for the packer.
class HostFile {
 public:
  explicit HostFile(std::span<const std::byte> bytes) : size_(bytes.size()) {
    const int descriptor = mkstemp(path_);
    if (descriptor < 0) return;
    is_good_ = write(descriptor, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
    close(descriptor);
  }
  ~HostFile() { unlink(path_); }
  HostFile(const HostFile&) = delete;
  [[nodiscard]] bool is_good() const { return is_good_; }
  [[nodiscard]] FileNode node(uint32_t permissions) const {
    FileNode node;
    node.mode = S_IFREG | permissions;
    node.size = size_;
    node.source = path_;
    return node;
  }

 private:
  char path_[32] = "/tmp/hopscotch-lab-XXXXXX";
  size_t size_;
  bool is_good_ = false;
};

}  // namespace

Result<NativeOutcome> run_native(const NativeRun& run) {
  const Capture output, errors;
  if (!output.is_open() || !errors.is_open()) return Error{"no temporary file: " + error_text(errno)};
  MachineOptions options;
  options.memory = kMemory;
  options.limit = run.limit;
  options.variant = run.variant;
  options.model_memory = run.model_memory;
  options.cpus = run.cpus;
  options.schedule_seed = run.schedule_seed;
  options.serial = {SerialHost{-1, output.descriptor()}, {-1, errors.descriptor()}, {-1, errors.descriptor()}};

  const bool is_linux = !run.linux_arguments.empty();
  const HostFile program(run.elf), content(std::vector<std::byte>(is_linux ? kDataBytes : 0));
  FileTree tree(0);
  if (is_linux) {
    if (!program.is_good() || !content.is_good()) return Error{"no temporary file: " + error_text(errno)};
    if (MaybeError wrong = tree.add("program", program.node(0755))) return std::move(*wrong);
    if (MaybeError wrong = tree.add("data", content.node(0644))) return std::move(*wrong);
  }
  Result<Bytes> root = write_cpio(tree);
  if (!root) return Error{root.error()};
  BootImage image;
  image.kernel_elf = builtin_kernel();
  for (const BuiltinService& service : builtin_services()) {
    if (service.name == kPersonality && !is_linux) continue;
    image.modules.push_back({std::string(service.name), asx::ModuleKind::Service, service.authority, service.elf});
  }
  image.modules.push_back({asx::kRootModule, asx::ModuleKind::Data, 0, root.value()});
  Command command{"/", {"/program"}, {}, "/program"};
  command.arguments.insert(command.arguments.end(), run.linux_arguments.begin(), run.linux_arguments.end());
  const Bytes commands = write_commands({command});
  if (is_linux) {
    image.modules.push_back({asx::kCommandsModule, asx::ModuleKind::Data, 0, commands});
  } else {
    image.modules.push_back({run.name, asx::ModuleKind::Service, hop::kAuthorityAll, run.elf});
  }
  if (!run.data.empty()) {
    image.modules.push_back({"data", asx::ModuleKind::Data, 0, std::as_bytes(std::span(run.data))});
  }

  Result<std::unique_ptr<Machine>> machine = Machine::create(options);
  if (!machine) return Error{machine.error()};
  if (MaybeError wrong = machine.value()->load(image)) return std::move(*wrong);
  NativeOutcome outcome;
  outcome.result = machine.value()->run();
  outcome.output = output.text();
  outcome.errors = errors.text();
  outcome.statistics = machine.value()->statistics();
  return outcome;
}

}  // namespace emu::lab
