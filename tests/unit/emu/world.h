// SPDX-License-Identifier: GPL-2.0-or-later
// An engine with its memory, and builders for what a kernel would keep there. One kernel space (privileged, io, id 1)
// takes every event: its handler stores to a device that stops the machine, so that the event frame can be looked at,
// and then returns.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "emu/engine/engine.h"
#include "isa-ext/abi/devices/devices.h"
#include "isa-ext/abi/structures.h"
#include "isa-ext/model/operations.h"
#include "tests/unit/emu/code.h"

namespace test {

class World {
 public:
  static constexpr uint64_t kMemory = 32u << 20;
  static constexpr asx::SpaceId kKernel{1};
  static constexpr uint64_t kHandler = 0x7000'0000;      ///< in the kernel space
  static constexpr uint64_t kKernelStack = 0x7100'0000;  ///< first page
  static constexpr uint64_t kBell = 0x7200'0000;
  static constexpr uint64_t kStack = 0x0800'3000;  ///< first page of the stack that start() maps
  static constexpr uint64_t kStackTop = kStack + 0x4000 - 64;
  static constexpr uint64_t kReadOnly = 0;
  static constexpr uint64_t kData = asx::kPteWrite | asx::kPteNoExecute;
  static constexpr uint64_t kCodeFlags = 0;
  static constexpr uint64_t kWritableCode = asx::kPteWrite;

  static constexpr uint64_t kHandlerEntry = 3;  ///< instructions of the handler up to the stop

  explicit World(emu::EngineOptions options = {});

  // Builders. Everything begins zero.
  [[nodiscard]] asx::PhysicalAddress pages(uint64_t count);
  [[nodiscard]] asx::SpaceId space(uint32_t flags, const char* name = "");
  void map(asx::SpaceId space, uint64_t offset, asx::PhysicalAddress physical, uint64_t flags);
  /// Maps fresh pages; the first one's address.
  asx::PhysicalAddress map_new(asx::SpaceId space, uint64_t offset, uint64_t count, uint64_t flags);
  /// Puts code at an offset, on fresh pages.
  asx::PhysicalAddress put(asx::SpaceId space, uint64_t offset, const Code& code, uint64_t flags = kCodeFlags);
  void write(asx::PhysicalAddress at, const Code& code);
  /// Slots: bit 15 for the stack half's list of `owner`, as in a selector.
  void grant_space(asx::SpaceId owner, uint32_t slot, asx::SpaceId target, uint32_t rights);
  void grant_gate(asx::SpaceId owner, uint32_t slot, asx::SpaceId target, uint32_t gate);
  asx::Gate& gate(asx::SpaceId space, uint32_t index);
  void set_thread(uint32_t frames);

  /// Begins in a code space with a fresh stack in it (as stack space, too).
  void start(asx::SpaceId code, uint64_t rip);

  /// Runs until something other than a slice ends it.
  [[nodiscard]] emu::EngineStop run();
  /// run(), which must end in the event handler: the event's frame.
  [[nodiscard]] asx::Frame run_to_event();

  template <typename T>
  [[nodiscard]] T& at(asx::PhysicalAddress address) {
    return *model_memory.at<T>(address);
  }
  [[nodiscard]] asx::SpaceDescriptor& descriptor(asx::SpaceId id);
  [[nodiscard]] uint64_t& page_entry(asx::SpaceId space, uint64_t offset);
  [[nodiscard]] asx::ThreadBlock& thread();
  [[nodiscard]] const asx::Frame& top_frame();
  [[nodiscard]] uint64_t reg(asx::Register number) { return engine->registers().gpr[number]; }
  [[nodiscard]] uint64_t instructions() const { return engine->counts().instructions; }

  emu::GuestMemory memory;
  asx::PhysicalMemory model_memory;
  emu::Bus bus;
  /// Stops the machine when it is written to.
  struct Bell : emu::Device {
    explicit Bell(emu::Bus& owner) : bus(owner) {}
    [[nodiscard]] uint32_t read(emu::DeviceAccess) override { return 0; }
    void write(emu::DeviceAccess, uint32_t) override { bus.call_for_attention(); }
    emu::Bus& bus;
  } bell{bus};
  asx::Observer observer;
  std::unique_ptr<emu::Engine> engine;

 private:
  static constexpr uint32_t kSpaces = 32;
  static constexpr uint32_t kListLength = 16;
  static constexpr uint32_t kGates = 4;

  uint64_t free_ = 0x10000;
  uint32_t spaces_ = 1;
  asx::PhysicalAddress space_table_, vector_table_, thread_;
};

/// A frame's error code taken apart.
[[nodiscard]] inline asx::AsError as_error(const asx::Frame& frame) {
  return asx::AsError::from_code(frame.error_code);
}

}  // namespace test
