// SPDX-License-Identifier: GPL-2.0-or-later
// The oracle: the extension once more, written from the manual, naively. One function a section; a failed check throws,
// and whoever began the step puts everything back as it was. Shares no code with isa-ext/model: of the abi it takes
// the numbers of causes, and fields lie where it says they lie (offsets.h).
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "isa-ext/abi/event.h"
#include "tests/conformance/oracle/memory.h"

namespace oracle {

/// The variant, chapter 7.
struct Choices {
  enum class Operand { Tagged, AccessRegister, Segment } operand = Operand::Tagged;  // 7.1
  bool code_half_is_threads = false, stack_half_is_threads = false;                  // 7.2
  bool returns_by_record = false;                                                    // 7.3
  bool enters_anywhere = false;                                                      // 7.4
  bool compares_generations = true;                                                  // 7.5
  enum class Save { Callee, All, None } save = Save::Callee;                         // 7.6
  unsigned selector_bits = 12;                                                       // 7.7
  bool one_space = false;                                                            // 7.10
};

/// What the CPU keeps of a space in force (2.2).
struct Space {
  uint32_t id = 0, generation = 0, flags = 0, authority = 0, syscall_selector = 0;
  uint64_t list = 0;
  uint32_t list_length = 0;
  friend bool operator==(const Space&, const Space&) = default;
};

struct State {
  std::array<uint64_t, 16> gpr{};
  uint64_t rip = 0, rflags = 2, fs_base = 0, gs_base = 0;
  Space cs, ss, code_list, stack_list;
  uint64_t space_table = 0, vector_table = 0, thread = 0;
  uint32_t space_count = 0, event_mask = 0;
  uint64_t pending = 0, compare = ~uint64_t{0}, signals = 0, wait_mask = 0, clock = 0;
  uint32_t cpu = 0;
  uint8_t mode = 0;
  std::array<uint16_t, 16> selector_registers{};  ///< number 0 is never used
};

struct Fault {
  uint32_t vector = 0, error = 0;
  uint64_t address = 0;
  friend bool operator==(const Fault&, const Fault&) = default;
};
using MaybeFault = std::optional<Fault>;

/// The bytes of chapter 3's encodings, taken apart.
struct Instruction {
  uint8_t opcode = 0, r = 0, m = 0, length = 0;
};

class Machine {
 public:
  Machine(const Choices& chosen, std::vector<uint8_t> ram) : choices(chosen), memory(std::move(ram)) {}

  /// One instruction of chapter 3. A fault: nothing has changed (but what a Switch trap says, 7.10).
  MaybeFault execute(const Instruction& instruction);
  MaybeFault system_call();                                                                  // 3.17
  MaybeFault translate(uint64_t address, asx::Access access, uint64_t* physical = nullptr);  // 4.2
  MaybeFault deliver(uint32_t vector, uint32_t error, uint64_t address);                     // 5.2
  [[nodiscard]] std::optional<uint32_t> interrupt() const;                                   // 5.1

  /// Puts a space in force as a loader does.
  [[nodiscard]] Space load(uint32_t id) const;
  void load_lists_of_thread();

  Choices choices;
  State state;
  Memory memory;

 private:
  // what is being done, for the fault
  struct Doing {
    asx::AsOperation operation = asx::AsOperation::Other;
    asx::Access access = asx::Access::None;
    uint64_t address = 0;
  } doing_;

  /// An entry that has passed 4.1.
  struct Entry {
    uint32_t space = 0;
    uint64_t descriptor = 0;
    bool read = false, write = false;
    uint32_t gate_index = 0;
  };
  /// Where selectors are looked up: now, or those of the caller.
  struct Sets {
    Space cs, ss, code_list, stack_list;
    uint64_t frames_up = 0;
  };
  /// A gate that has passed 4.3.
  struct Entered {
    uint32_t space = 0;
    uint64_t descriptor = 0, gate = 0;
    uint32_t gate_index = 0, slot = 0;
    uint64_t slot_address = 0, rip = 0;
  };
  struct Stack {
    uint64_t base, limit, top;
    uint32_t reserve;
    [[nodiscard]] uint64_t depth() const { return (top - base) / 256; }
    [[nodiscard]] uint64_t free() const { return (limit - top) / 256; }
    [[nodiscard]] uint64_t free_above_reserve() const { return free() > reserve ? free() - reserve : 0; }
  };
  struct Lent {
    uint32_t space = 0, generation = 0, rights = 0;
  };

  [[noreturn]] void fail(asx::AsCause cause) const;
  void check(bool holds, asx::AsCause cause) const {
    if (!holds) fail(cause);
  }
  MaybeFault attempt(const std::function<void()>& body);

  // chapters 2 and 4
  void need(uint64_t address, uint64_t size, uint64_t alignment) const;   // 4.4
  [[nodiscard]] uint64_t descriptor_of(uint32_t id) const;                // 2.1
  [[nodiscard]] uint64_t living(uint32_t id, uint32_t generation) const;  // 4.1, 5 and 6
  [[nodiscard]] bool lives(uint32_t id, uint32_t generation) const;
  [[nodiscard]] Space live_or_empty(uint32_t id, uint32_t generation) const;                                   // 3.10
  [[nodiscard]] Stack stack_of(uint64_t thread) const;                                                         // 2.6
  [[nodiscard]] Sets sets_now() const;                                                                         // 1.1
  [[nodiscard]] Entry select(uint16_t s, uint32_t kind, const Sets& sets) const;                               // 4.1
  [[nodiscard]] uint64_t walk(const Entry& entry, uint64_t address, asx::Access access, bool devices);         // 4.2
  [[nodiscard]] uint64_t data(uint64_t address, asx::Access access, const Sets& sets, bool devices);           // 4.2
  [[nodiscard]] uint64_t fetch(uint64_t address);                                                              // 4.2
  [[nodiscard]] Entered check_gate(uint32_t space, uint64_t descriptor, uint32_t index, bool is_event) const;  // 4.3
  [[nodiscard]] uint64_t pool_slot(uint64_t pool, uint32_t index) const;                                       // 2.5
  void check_used(uint64_t pool, uint32_t index) const;

  // chapter 3
  void run(const Instruction& i);
  void gate_call(uint64_t operand, uint64_t next, std::optional<uint64_t> lend, bool is_syscall);
  [[nodiscard]] Lent lend(uint64_t operand) const;
  uint64_t push(uint8_t kind, uint64_t rip, uint16_t kept);
  void enter(const Entered& entered, uint64_t frame, bool is_event, bool has_record);
  void put_in_force(const Space& cs, const Space& ss);
  void gret();
  void narrow(uint16_t s, uint64_t rsp, uint64_t next);
  void widen();
  [[nodiscard]] uint64_t rights_of(uint16_t s, const Sets& sets) const;
  [[nodiscard]] uint64_t tselc(uint64_t address) const;
  [[nodiscard]] uint64_t gframe(uint8_t n) const;
  void ldsys(uint8_t n, uint64_t value);
  [[nodiscard]] uint64_t stsys(uint8_t n);
  void invspace(uint64_t id);
  void tswitch(uint64_t block);
  void need_mode() const;
  void need_selector_register(uint8_t n) const;
  [[nodiscard]] bool is_kernels_to_do(const Space& target) const;  // 7.10
  void return_spaces(uint32_t cs, uint32_t cs_generation, uint32_t ss, uint32_t ss_generation) const;
};

/// What the bytes (at least 5) say, if they are an instruction of chapter 3.
[[nodiscard]] std::optional<Instruction> decode(std::span<const uint8_t> bytes);

[[nodiscard]] std::string text_of(const MaybeFault& fault);

}  // namespace oracle
