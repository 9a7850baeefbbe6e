// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/machine/boot.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "emu/machine/kernel_elf.h"
#include "emu/machine/page_tables.h"
#include "isa-ext/abi/structures.h"
#include "isa-ext/model/operations.h"

namespace emu {
namespace {

constexpr uint64_t kFirstPage = 0x1000;  // page 0 stays empty, so that a null physical address shows
constexpr uint64_t kBootStack = 64 * 1024;
constexpr uint64_t kClockHz = 1'000'000'000;
constexpr uint64_t kDataFlags = asx::kPteWrite | asx::kPteNoExecute;

class Loader {
 public:
  Loader(const BootImage& image, const MachineOptions& options, const GuestMemory& memory)
      : image_(image), options_(options), memory_(memory), allocator_(memory, kFirstPage), tables_(allocator_) {}

  [[nodiscard]] MaybeError load() {
    auto kernel = read_kernel_elf(image_.kernel_elf, memory_.size());
    if (!kernel) return Error{kernel.error()};
    if (auto error = check_modules()) return error;
    entry_ = kernel.value().entry;
    for (const KernelSegment& segment : kernel.value().segments) map_segment(segment);
    map_everything();
    make_structures();
    copy_modules();
    if (allocator_.exhausted()) {
      return Error{"the kernel and its modules do not fit into " + std::to_string(memory_.size() >> 20) +
                   " MiB of memory: give the machine more (--memory)"};
    }
    write_boot_info();
    return {};
  }

  void start(Engine& engine, uint32_t number) const {
    asx::CpuState& cpu = engine.cpu();
    cpu = {};
    cpu.id = number;
    cpu.space_table = {space_table_};
    cpu.space_count = asx::kBootSpaces;
    cpu.thread = {starts_[number].thread};
    const bool loaded =
        asx::load_initial_space(cpu, {memory_.base(), memory_.size()}, asx::SpaceId{asx::kKernelSpaceId});
    assert(loaded);
    static_cast<void>(loaded);
    asx::Registers registers;
    registers.rip = entry_;
    registers.gpr[asx::kRdi] = asx::kDirectMap + boot_info_;
    registers.gpr[asx::kRsp] = starts_[number].stack_top;
    engine.set_registers(registers);
  }

 private:
  /// What a CPU begins with.
  struct CpuStart {
    uint64_t thread = 0;     ///< physical address of the thread block
    uint64_t stack_top = 0;  ///< in the direct map
  };

  template <typename T>
  [[nodiscard]] T* at(uint64_t physical) {
    return reinterpret_cast<T*>(memory_.range(physical, sizeof(T)).data());
  }

  [[nodiscard]] MaybeError check_modules() const {
    if (image_.modules.size() > asx::kMaximumModules) {
      return Error{"too many modules: " + std::to_string(image_.modules.size()) + ", the machine takes " +
                   std::to_string(asx::kMaximumModules)};
    }
    for (const Module& module : image_.modules) {
      const bool fits = !module.name.empty() && module.name.size() < sizeof asx::BootModule::name;
      if (!fits) return Error{"the module name \"" + module.name + "\" does not have 1 to 39 characters"};
    }
    return {};
  }

  void copy(uint64_t physical, std::span<const std::byte> bytes) {
    if (allocator_.exhausted() || bytes.empty()) return;
    std::memcpy(memory_.range(physical, bytes.size()).data(), bytes.data(), bytes.size());
  }

  void map_segment(const KernelSegment& segment) {
    const uint64_t first = segment.first_page();
    const uint64_t size = segment.end_page() - first;
    const uint64_t physical = allocator_.pages(size);
    copy(physical + (segment.address - first), segment.bytes);
    const uint64_t flags =
        (segment.write ? uint64_t{asx::kPteWrite} : 0) | (segment.execute ? 0 : uint64_t{asx::kPteNoExecute});
    for (uint64_t done = 0; done < size; done += asx::kPageSize) tables_.map(first + done, physical + done, flags);
  }

  void map_everything() {
    for (uint64_t at = 0; at < memory_.size(); at += PageTables::kLargePage) {
      tables_.map_large(asx::kDirectMap + at, at, kDataFlags);
    }
    for (uint64_t at = asx::kDeviceBase; at < asx::kDeviceEnd; at += asx::kDevicePage) {
      tables_.map(asx::kDirectMap + at, at, kDataFlags);
    }
  }

  void make_structures() {
    space_table_ = allocator_.pages(asx::kBootSpaces * sizeof(asx::SpaceDescriptor));
    const uint64_t list = allocator_.pages(sizeof(asx::AccessListEntry));
    boot_info_ = allocator_.pages(sizeof(asx::BootInfo));
    if (allocator_.exhausted()) return;

    auto& space = *at<asx::SpaceDescriptor>(space_table_ + asx::kKernelSpaceId * sizeof(asx::SpaceDescriptor));
    space.flags = asx::kSpaceValid | asx::kSpaceCode | asx::kSpaceStack | asx::kSpacePrivileged | asx::kSpaceIo;
    space.generation = 1;
    space.page_table_root = tables_.root();
    space.list = list;
    space.list_length = 1;
    space.authority = ~uint32_t{0};
    std::strcpy(space.name, "kernel");

    for (uint32_t i = 0; i < options_.cpus; ++i) starts_.push_back(make_thread(space.generation));
  }

  [[nodiscard]] CpuStart make_thread(uint32_t kernel_generation) {
    const uint64_t block = allocator_.pages(sizeof(asx::ThreadBlock));
    const uint64_t frames = allocator_.pages(asx::kBootFrames * sizeof(asx::Frame));
    const uint64_t stack_top = asx::kDirectMap + allocator_.pages(kBootStack) + kBootStack;
    if (allocator_.exhausted()) return {};
    auto& thread = *at<asx::ThreadBlock>(block);
    thread.secure_stack_base = frames;
    thread.secure_stack_limit = frames + asx::kBootFrames * sizeof(asx::Frame);
    thread.secure_stack_top = frames;
    thread.cs_id = thread.ss_id = asx::kKernelSpaceId;
    thread.cs_generation = thread.ss_generation = kernel_generation;
    thread.kernel_rsp = stack_top;
    return {block, stack_top};
  }

  void copy_modules() {
    for (const Module& module : image_.modules) {
      module_starts_.push_back(allocator_.pages(module.bytes.size()));
      copy(module_starts_.back(), module.bytes);
    }
  }

  void write_boot_info() {
    auto& info = *at<asx::BootInfo>(boot_info_);
    info.magic = asx::kBootMagic;
    info.version = asx::kBootVersion;
    info.module_count = static_cast<uint32_t>(image_.modules.size());
    info.memory_size = memory_.size();
    info.free_start = allocator_.next();
    info.clock_hz = kClockHz;
    info.wall_clock_ns = options_.wall_clock_ns;
    info.random_seed = options_.random_seed;
    info.flags = image_.flags;
    info.console_terminals = image_.console_terminals;
    info.console_rows = image_.console_rows;
    info.console_columns = image_.console_columns;
    info.quantum = options_.quantum;
    info.check_interval = options_.check_interval;
    info.cpu_count = options_.cpus;
    for (size_t i = 0; i < image_.modules.size(); ++i) {
      const Module& module = image_.modules[i];
      asx::BootModule& entry = info.modules[i];
      entry.start = module_starts_[i];
      entry.size = module.bytes.size();
      entry.kind = module.kind;
      entry.authority = module.authority;
      std::copy(module.name.begin(), module.name.end(), entry.name);
    }
  }

  const BootImage& image_;
  const MachineOptions& options_;
  const GuestMemory& memory_;
  BootAllocator allocator_;
  PageTables tables_;
  uint64_t entry_ = 0;
  uint64_t space_table_ = 0, boot_info_ = 0;
  std::vector<CpuStart> starts_;
  std::vector<uint64_t> module_starts_;
};

}  // namespace

MaybeError boot(const BootImage& image, const MachineOptions& options, const GuestMemory& memory,
                Processors& processors) {
  Loader loader(image, options, memory);
  if (auto error = loader.load()) return error;
  for (uint32_t i = 0; i < processors.count(); ++i) loader.start(processors.engine(i), i);
  return {};
}

}  // namespace emu
