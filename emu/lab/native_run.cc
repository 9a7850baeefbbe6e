// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/lab/native_run.h"

#include <cerrno>
#include <cstdio>
#include <memory>

#include "emu/image/builtin.h"
#include "emu/image/cpio.h"
#include "emu/image/host_file.h"
#include "kernel/abi/call.h"

namespace emu::lab {
namespace {

constexpr uint64_t kMemory = uint64_t{64} << 20;
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

  Result<Bytes> root = write_cpio(FileTree(0));
  if (!root) return Error{root.error()};
  BootImage image;
  image.kernel_elf = builtin_kernel();
  for (const BuiltinService& service : builtin_services()) {
    if (service.name == kPersonality) continue;
    image.modules.push_back({std::string(service.name), asx::ModuleKind::Service, service.authority, service.elf});
  }
  image.modules.push_back({asx::kRootModule, asx::ModuleKind::Data, 0, root.value()});
  image.modules.push_back({run.name, asx::ModuleKind::Service, hop::kAuthorityAll, run.elf});

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
