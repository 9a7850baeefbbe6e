// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/kernel/host/guest_run.h"

#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "tests/kernel/host/kernel_image.h"

namespace {

std::vector<std::byte> read_guest(const std::string& name) {
  const std::string path = std::string(HOP_GUEST_DIRECTORY) + "/" + name + ".elf";
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

std::string read_back(std::FILE* file) {
  std::string text;
  std::rewind(file);
  for (int character = std::fgetc(file); character != EOF; character = std::fgetc(file)) {
    text += static_cast<char>(character);
  }
  return text;
}

}  // namespace

GuestOutcome run_guest(const GuestRun& run) {
  std::FILE* log = std::tmpfile();
  if (log == nullptr) throw std::runtime_error("no temporary file");
  emu::MachineOptions options;
  options.memory = run.memory;
  options.quantum = run.quantum;
  options.check_interval = run.check_interval;
  options.variant = run.variant;
  options.cpus = run.cpus;
  options.schedule_seed = run.schedule_seed;
  options.turn = run.turn;
  options.limit = run.limit;
  options.serial[2].output = fileno(log);

  std::vector<std::byte> kernel = read_guest(run.kernel);
  if (!run.broken_function.empty()) break_function(kernel, run.broken_function);
  std::vector<std::vector<std::byte>> files;
  emu::BootImage image;
  image.kernel_elf = kernel;
  for (const std::string& name : run.programs) files.push_back(read_guest(name));
  for (size_t i = 0; i < files.size(); ++i) {
    image.modules.push_back(
        {.name = run.programs[i], .kind = asx::ModuleKind::Service, .authority = run.authority, .bytes = files[i]});
  }
  if (!run.data.empty()) {
    image.modules.push_back({.name = "data", .bytes = std::as_bytes(std::span(run.data))});
  }
  auto machine = emu::Machine::create(options);
  if (!machine) throw std::runtime_error("cannot make a machine");
  if (machine.value()->load(image)) throw std::runtime_error("cannot load the kernel");
  GuestOutcome outcome;
  outcome.result = machine.value()->run();
  outcome.log = read_back(log);
  outcome.instructions = machine.value()->statistics().instructions;
  std::fclose(log);
  return outcome;
}
