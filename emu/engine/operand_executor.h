// SPDX-License-Identifier: GPL-2.0-or-later
// What has to be done around each instruction that runs from a copy (rewriter.h): before it the GS base is set, and a
// register lent a selector or a value if need be; after it, or if it faults, each register gets back what is the
// guest's.
#pragma once
#include <unicorn/unicorn.h>

#include <array>
#include <cstdint>
#include <span>

#include "emu/engine/rewriter.h"

namespace emu {

class OperandExecutor {
 public:
  OperandExecutor(uc_engine* engine, const asx::CpuState& cpu) : engine_(engine), cpu_(cpu) {}

  /// Where the engine goes on.
  struct Next {
    enum class Where : uint8_t { Here, Part, Guest } where = Where::Here;
    uint64_t address = 0;  ///< Part: in the copy; Guest: a guest address, where the instruction has led to
  };

  /// The instruction at a guest address is about to run. The one before must be over.
  [[nodiscard]] Next begin(const Slot& slot, uint64_t address);
  /// The engine has come to an offset in the slot other than its start.
  [[nodiscard]] Next go_on(uint8_t offset);
  /// The instruction is complete.
  void finish() { end(true); }
  /// The registers are to be looked at: gives back what is lent, GS base included. rip is the engine's.
  void settle(uint64_t rip);
  /// Whether a single step that ends at the engine's RIP is only a part of the guest's step.
  [[nodiscard]] bool is_within(uint64_t rip) const;

  struct Access {
    uint64_t address;
    bool reads, writes;
  };
  /// The accesses that the last part of the instruction makes, or has made.
  [[nodiscard]] std::span<const Access> accesses() const { return {accesses_.data(), access_count_}; }

 private:
  struct Loan {
    asx::Register number;
    bool is_sum;  ///< value is what was added, or else what the register held
    uint64_t value;
  };

  void end(bool is_complete);
  void correct_x87() const;
  [[nodiscard]] uint64_t read(asx::Register number) const;
  void write(asx::Register number, uint64_t value) const;
  void set_gs(uint64_t base);
  void note(uint64_t address, bool reads, bool writes) { accesses_[access_count_++] = {address, reads, writes}; }
  void lend(asx::Register number, bool is_sum, uint64_t value) { loans_[loan_count_++] = {number, is_sum, value}; }
  void save_temporary() { lend(slot_->temporary, false, read(slot_->temporary)); }
  void give_back();
  void keep() { loan_count_ = 0; }  ///< what is lent has become the guest's

  [[nodiscard]] uint64_t effective(const RewrittenOperand& operand, uint64_t next) const;
  [[nodiscard]] uint64_t bit_offset(const RewrittenOperand& operand) const;
  [[nodiscard]] uint64_t full_address(const RewrittenOperand& operand, uint64_t effective);
  /// Sets the GS base for an instruction of the slot that ends at the offset.
  void point(const RewrittenOperand& operand, uint8_t end, bool reads, bool writes);
  /// For `mov` through [RSP + displacement]: to reach the address in the stack's space.
  void point_stack(uint64_t rsp, int64_t displacement, uint64_t offset, bool writes);
  void push_value(uint64_t rsp) { point_stack(rsp, -slot_->size, rsp - slot_->size, true); }
  /// Adds the selector to a register through which an address with the displacement is reached; that address.
  uint64_t tag(asx::Register number, asx::SelectorSource source, int64_t displacement);

  [[nodiscard]] Next call(uint64_t target);
  [[nodiscard]] Next begin_string_32();
  [[nodiscard]] Next end_string_32();
  [[nodiscard]] Next end_leave();
  [[nodiscard]] Next go_on_with_enter(uint8_t offset);
  [[nodiscard]] Next leave_to(uint64_t target, uint64_t rsp_change);

  uc_engine* engine_;
  const asx::CpuState& cpu_;
  const Slot* slot_ = nullptr;  ///< of the instruction that runs; nullptr: none
  uint64_t address_ = 0;
  uint64_t target_ = 0;
  uint8_t level_ = 0;  ///< ENTER
  std::array<Loan, 3> loans_{};
  uint8_t loan_count_ = 0;
  std::array<Access, 2> accesses_{};
  uint8_t access_count_ = 0;
  bool has_own_gs_ = false;  ///< the engine's GS base is not the guest's
  uint64_t gs_ = 0;          ///< then: what it is
  uint64_t guest_gs_ = 0;    ///< and the guest's
};

}  // namespace emu
