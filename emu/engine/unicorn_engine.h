// SPDX-License-Identifier: GPL-2.0-or-later
// The CPU on Unicorn. doc/how-unicorn-is-used.md explains the engine's ways that shape this file.
//
// Unicorn runs translated code and calls the hooks; each hook does its work at once if it can (gate calls, events,
// clock reads), or else leaves a word in stop_ and ends uc_emu_start, and run() goes on from there.
#pragma once
#include <unicorn/unicorn.h>

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <unordered_set>

#include "emu/engine/access_reporter.h"
#include "emu/engine/block_counts.h"
#include "emu/engine/code_pages.h"
#include "emu/engine/decoder.h"
#include "emu/engine/engine.h"
#include "emu/engine/instruction_clock.h"
#include "emu/engine/operand_executor.h"
#include "emu/engine/rewritten_code.h"
#include "emu/engine/self_test.h"
#include "emu/engine/translation_budget.h"
#include "emu/engine/unicorn_registers.h"
#include "isa-ext/model/operations.h"
#include "isa-ext/model/translate.h"

namespace emu {

class UnicornEngine final : public Engine, private asx::EnginePort, private CpuPeer {
 public:
  using Engine::run;
  [[nodiscard]] static Result<std::unique_ptr<Engine>> create(const EngineOptions& options, const GuestMemory& memory,
                                                              Bus& bus, asx::Observer& observer);

  [[nodiscard]] asx::CpuState& cpu() override { return cpu_; }
  [[nodiscard]] asx::Registers registers() override;
  void set_registers(const asx::Registers& registers) override;
  [[nodiscard]] EngineStop run(uint64_t turn) override;
  [[nodiscard]] uint64_t ticks() const override;
  void skip_to(uint64_t tick) override;
  void memory_written(asx::PhysicalAddress start, uint64_t bytes) override;
  [[nodiscard]] EngineCounts counts() const override;
  [[nodiscard]] std::string version() const override;

 private:
  struct CloseEngine {
    void operator()(uc_engine* engine) const { uc_close(engine); }
  };
  struct FreeContext {
    void operator()(uc_context* context) const { uc_context_free(context); }
  };

  /// Why uc_emu_start was made to return.
  enum class Stop {
    None,
    Boundary,  ///< at a block's start: the deadline has come, or something was asked for at the end of a block
    Waiting,
    MachineCheck,
    Special,  ///< the block about to run has an instruction to refuse: special_
    Rewrite,  ///< the copy of the instruction about to run is not of what stands there now
  };
  /// A TLB fill that was not granted.
  struct Refusal {
    asx::Fault fault;
    asx::Access access = asx::Access::None;
    uint64_t page = 0;                         ///< virtual address of the page
    std::optional<asx::PhysicalAddress> drop;  ///< no fault: this page's code must be dropped before it runs
    bool wants_flush = false;                  ///< no fault: the page has too many names in this TLB epoch
    bool is_full = false;                      ///< no fault: there is no room for more copies
  };
  struct Special {
    uint64_t address = 0;  ///< of the instruction
    uint32_t vector = 0;
  };

  UnicornEngine(const EngineOptions& options, const GuestMemory& memory, Bus& bus, asx::Observer& observer,
                const UnicornTraits& traits, Decoder decoder);

  // start-up: unicorn_setup.cc
  [[nodiscard]] MaybeError open();
  [[nodiscard]] bool configure();
  [[nodiscard]] bool add_hooks();
  [[nodiscard]] bool enter_user_mode();

  // hooks: unicorn_hooks.cc
  static bool on_tlb_fill(uc_engine*, uint64_t address, uc_mem_type type, uc_tlb_entry* entry, void* user);
  static void on_block(uc_engine*, uint64_t address, uint32_t size, void* user);
  static bool on_invalid_instruction(uc_engine*, void* user);
  static void on_system_call(uc_engine*, void* user);
  static void on_interrupt(uc_engine*, uint32_t vector, void* user);
  static int on_cpuid(uc_engine*, void* user);
  static uint64_t on_device_read(uc_engine*, uint64_t offset, unsigned size, void* user);
  static void on_device_write(uc_engine*, uint64_t offset, unsigned size, uint64_t value, void* user);

  [[nodiscard]] bool fill(uint64_t page, asx::Access access, uc_tlb_entry& entry);
  [[nodiscard]] bool fill_for_fetch(uint64_t page, const asx::Translation& translation, uc_tlb_entry& entry);
  [[nodiscard]] bool admit_fetch(uint64_t page, asx::PhysicalAddress physical);
  [[nodiscard]] bool has_code(asx::PhysicalAddress page);
  /// False if its code must be dropped before.
  [[nodiscard]] bool may_execute(asx::PhysicalAddress page);
  [[nodiscard]] bool refuse_fill(Refusal refusal);
  /// asx::translate for the CPU as it is.
  [[nodiscard]] asx::Result<asx::Translation> translate(uint64_t address, asx::Access access);
  void execute_extension();
  [[nodiscard]] std::optional<asx::Fault> missing_code(uint64_t rip, std::span<const uint8_t> code);
  void execute_system_call();
  void handle_exception(uint32_t vector);
  [[nodiscard]] bool emulate_clock_read();
  [[nodiscard]] asx::Fault exception_fault(uint32_t vector) const;
  void leave_hook(int64_t rip_bias);

  // blocks and the clock: unicorn_blocks.cc
  /// What on_block does if the deadline has come, or the block is not in the cache.
  [[gnu::noinline]] void begin_block(Block block);
  void stop_before(Block block);
  /// nullptr if the block must not run: special_ is set.
  [[nodiscard]] const BlockCounts::Entry* count_block(Block block);
  [[nodiscard]] uint64_t name_of(Block block);
  void uncount_last_instruction() { clock_.uncount(1); }
  /// Takes back what on_block counted of the last block for the instructions from `rip` on.
  void uncount_from(uint64_t rip);
  [[nodiscard]] uint32_t count_up_to(uint64_t rip);
  void update_view();
  void update_timer();
  void update_deadline();
  [[nodiscard]] uint64_t first_deadline() const;

  // code in access-register and segment mode: unicorn_operands.cc
  [[nodiscard]] bool prepare_copies();
  [[nodiscard]] bool is_copy_fetch(uint64_t page) const { return runs_copies_ && (page >= kCopies || !dropping_); }
  [[nodiscard]] bool fill_copy(uint64_t page, uc_tlb_entry& entry);
  [[nodiscard]] RewrittenCode::Page* write_copies(uint64_t address, asx::PhysicalAddress physical);
  void begin_copy(Block block);
  [[nodiscard]] bool may_run(const RewrittenCode::Page& page, const Slot& slot, uint64_t address);
  void follow(OperandExecutor::Next next);
  void handle_rewrite();
  [[nodiscard]] uint64_t guest_rip(uint64_t rip) const;
  [[nodiscard]] uint64_t engine_rip(uint64_t rip) const;
  [[nodiscard]] uint64_t fault_address_in_copy() const;

  // between hooks: unicorn_engine.cc
  void load_registers();
  void store_registers(int64_t rip_bias);
  /// Registers must be loaded; changes them and the CPU as the event does.
  void deliver(const asx::Fault& fault);
  void machine_check(const asx::Fault& event, const asx::Fault& failure);
  void flush_tlb();
  /// Copies code bytes from an address; as many as can be fetched.
  [[nodiscard]] size_t fetch_code(uint64_t address, std::span<uint8_t> bytes);
  [[nodiscard]] std::optional<asx::PhysicalAddress> fetch_page(uint64_t page);
  void clear_pending_exception();
  [[nodiscard]] std::string space_name(asx::SpaceId id) const;

  // the run loop: unicorn_run.cc
  [[nodiscard]] std::optional<EngineStop> before_entry();
  void enter();
  void handle_return(uc_err error, uint64_t rip_before, uint64_t instructions_before);
  void handle_refusal();
  [[nodiscard]] uint64_t data_fault_address();
  void handle_fetch_fault();
  void handle_special();
  void drop_code(uint64_t page, asx::PhysicalAddress physical);
  void drop_block(uint64_t address);
  void flush_translations();

  // asx::EnginePort
  [[nodiscard]] uint64_t clock() override;
  void translations_changed() override;
  void space_invalidated(uint64_t space) override;
  void wait_for_event() override;
  void timer_changed() override;
  void signal(uint64_t cpus) override;

  // CpuPeer: while another CPU runs
  void signalled_by(uint32_t cpu) override;
  void invalidate_space(uint64_t space) override;
  void code_written(asx::PhysicalAddress page) override;
  void write_right_lost(asx::PhysicalAddress page) override;
  void translations_stale(uint64_t space);

  // --- what on_block touches comes first
  InstructionClock clock_;
  const BlockCounts::Entry* last_block_ = &no_block_;  ///< the block that runs, or ran last
  BlockCounts block_counts_;

  BlockCounts::Entry no_block_;
  BlockCounts::Entry short_block_;  ///< a block that ends at exit_, which is not cached

  const EngineOptions options_;
  const asx::PhysicalMemory memory_;
  Bus& bus_;
  const UnicornTraits traits_;
  Decoder decoder_;
  std::unique_ptr<uc_engine, CloseEngine> engine_;
  std::unique_ptr<uc_context, FreeContext> context_;
  std::optional<UnicornRegisters> unicorn_registers_;
  std::unique_ptr<AccessReporter> accesses_;  ///< only for EngineOptions::accesses

  std::unique_ptr<RewrittenCode> copies_;  ///< null if the variant has tagged operands only
  std::optional<Rewriter> rewriter_;
  std::optional<OperandExecutor> executor_;
  BlockCounts::Entry copied_instruction_;  ///< the last one that ran from a copy, as a block
  uint64_t unreachable_rip_ = 0;           ///< the guest's RIP, if it has no copy
  bool runs_copies_ = false;               ///< the engine's RIP is in the copies

  asx::CpuState cpu_;
  asx::Registers registers_;  ///< valid from a load to the next entry
  asx::Machine machine_;
  CodePages code_pages_;
  CodeView code_view_;
  TranslationBudget translation_budget_;

  Stop stop_ = Stop::None;
  std::optional<Refusal> refusal_;
  Special special_;
  std::string machine_check_;
  std::optional<uint64_t> exit_;  ///< the address where the next entry, or this one, is to end
  bool setting_up_ = true;        ///< the TLB maps memory one to one
  bool state_changed_ = true;     ///< from outside: nothing cached holds
  bool dropping_ = false;         ///< fetch fills are for the engine's own look-up, not for execution
  bool flush_wanted_ = false;
  bool epoch_must_end_ = false;  ///< code was written in the epoch that it runs in
  uint64_t next_slice_ = 0;
  uint64_t turn_end_ = 0;
  uint64_t returned_at_ = InstructionClock::kNever;  ///< instructions up to the last gret, itself included
  [[nodiscard]] bool has_just_returned() const { return clock_.now() == returned_at_; }
  uint64_t invalid_at_ = ~uint64_t{0};  ///< the clock after an invalid instruction was last handled
  unsigned idle_entries_ = 0;           ///< entries in a row that executed nothing, for a reason unknown
  std::unordered_set<uint64_t> special_blocks_;

  /// Code pages of this TLB epoch, so that bytes at RIP are found without a page walk.
  struct FetchedPage {
    uint64_t epoch = 0;
    uint64_t page = 0;
    asx::PhysicalAddress physical;
  };
  std::array<FetchedPage, 64> fetched_{};

  struct PartialCount {
    uint64_t address = 0, key = 0;  ///< of the block
    uint64_t rip = 0;
    uint32_t count = 0;
  };
  std::array<PartialCount, 256> partial_counts_{};

  uint64_t tick_offset_ = 0;  ///< ticks slept through: clock = instructions + offset
  const std::chrono::steady_clock::time_point start_;
  EngineCounts counts_;
};

}  // namespace emu
