// SPDX-License-Identifier: GPL-2.0-or-later
// What lies in memory before a test of the suite begins: eight spaces that can reach each other, in 128 KiB.
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "isa-ext/abi/devices/devices.h"
#include "isa-ext/abi/event.h"
#include "isa-ext/abi/structures.h"
#include "isa-ext/encoding/instruction.h"

namespace conformance {

enum Id : uint32_t { kKernel = 1, kProgram, kService, kStack, kNarrowStack, kData, kTarget, kTargetStack };
constexpr uint32_t kSpaces = 8;
constexpr uint32_t kListLength = 16;
constexpr uint32_t kGates = 4;

// physical memory
constexpr uint64_t kMemory = 0x2'0000;
constexpr uint64_t kSpaceTable = 0x1000, kVectorTable = 0x1400, kThread = 0x1800, kOtherThread = 0x1880, kPool = 0x1900,
                   kPoolSlots = 3;
constexpr uint64_t kFrames = 0x2000, kOtherFrames = 0x3000;
constexpr uint32_t kFrameCount = 16, kOtherFrameCount = 8;
constexpr uint64_t descriptor_at(uint32_t id) {
  return kSpaceTable + 64 * id;
}
constexpr uint64_t gates_of(uint32_t id) {
  return 0x3800 + 256 * (id - 1);
}
constexpr uint64_t list_of(uint32_t id) {
  return 0x4000 + 512 * (id - 1);
}
constexpr uint64_t table_of(uint32_t id) {
  return 0x6000 + 0x1000 * (id - 1);
}
constexpr uint64_t code_of(uint32_t id) {
  return 0xe000 + 0x1000 * (id - 1);
}
constexpr uint64_t data_of(uint32_t id) {
  return 0x1'6000 + 0x1000 * (id - 1);
}
constexpr uint64_t kStackPages = 0x1'e000;
constexpr uint64_t entry_at(uint32_t owner, uint32_t index) {
  return list_of(owner) + 32 * index;
}
constexpr uint64_t gate_at(uint32_t owner, uint32_t index) {
  return gates_of(owner) + 64 * index;
}

// Offsets. One page a space holds its tables of all four levels: PML4 entry 1, PDPT entry 2 and PD entry 0 lead back to
// it. Leaves below, and one each for the space's own code and data page under its physical number.
constexpr uint64_t page(uint64_t leaf) {
  return uint64_t{1} << 39 | uint64_t{2} << 30 | leaf << 12;
}
constexpr unsigned kLevelEntry[4] = {1, 2, 0, 8};  ///< PML4, PDPT, PD; PT: the code page
constexpr uint64_t kCodeLeaf = 8, kDataLeaf = 9, kStackLeaf = 10, kBellLeaf = 11;
constexpr uint64_t kCodePage = page(kCodeLeaf), kDataPage = page(kDataLeaf), kStackPage = page(kStackLeaf);

constexpr uint64_t kCallee = kCodePage + 0x800;     ///< entry of gate n: 32 bytes n further
constexpr uint64_t kUndefined = kCodePage + 0xf00;  ///< an undefined instruction
constexpr uint64_t kHandler = kCodePage;            ///< in the kernel
constexpr uint64_t kBellRung = kHandler + 14;       ///< where the machine stops, the event frame on top
constexpr uint64_t kStackTop = kStackPage + 0x800;

constexpr uint16_t kStackHalf = 0x8000;

/// Selectors that mean the same in every list of an image.
enum Slot : uint16_t { kServiceGate = 1, kDataSlot = 2, kKernelGate = 3, kNarrowSlot = 5, kTargetGate = 8, kProbe = 9 };

struct Image {
  Image();

  template <typename T>
  [[nodiscard]] T get(uint64_t address) const {
    T value;
    std::memcpy(&value, ram.data() + address, sizeof value);
    return value;
  }
  template <typename T>
  void put(uint64_t address, const T& value) {
    std::memcpy(ram.data() + address, &value, sizeof value);
  }
  /// put(get() changed by `change`)
  template <typename T, typename Change>
  void alter(uint64_t address, Change change) {
    T value = get<T>(address);
    change(value);
    put(address, value);
  }
  void grant_space(uint32_t owner, uint32_t index, uint32_t target, uint32_t rights);
  void grant_gate(uint32_t owner, uint32_t index, uint32_t target, uint32_t gate);
  /// Code of a space, so many bytes into its code page.
  void code(uint32_t id, uint64_t offset, const std::vector<uint8_t>& bytes);

  std::vector<uint8_t> ram;
  uint32_t start_code = kProgram, start_stack = kStack;
  std::array<uint64_t, 16> gpr{};
  uint64_t fs_base = 0xf5'0000, gs_base = 0x65'0000;
  uint64_t rip = kCodePage, rflags = 0x202;  ///< interrupts enabled: x86 code of level 3 has no other
};

/// Bytes of code, one instruction after the other.
class Bytes {
 public:
  Bytes& raw(std::initializer_list<int> bytes);
  Bytes& set(unsigned reg, uint64_t value);  ///< mov reg, imm64
  Bytes& asx(asx::Mnemonic mnemonic, unsigned reg = 0, unsigned rm = 0);
  Bytes& load() { return raw({0x48, 0x8b, 0x11}); }   ///< mov rdx, [rcx]
  Bytes& store() { return raw({0x48, 0x89, 0x11}); }  ///< mov [rcx], rdx
  Bytes& jump() { return raw({0xff, 0xe1}); }         ///< jmp rcx
  Bytes& system_call() { return raw({0x0f, 0x05}); }
  Bytes& undefined() { return raw({0x0f, 0x0b}); }
  std::vector<uint8_t> bytes;
};

}  // namespace conformance
