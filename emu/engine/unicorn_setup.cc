// SPDX-License-Identifier: GPL-2.0-or-later
// Opening the engine and bringing it to the state in which guest code runs: long mode, CPL 3, virtual TLB.
#include <cstring>

#include "emu/engine/unicorn_engine.h"
#include "isa-ext/abi/devices/devices.h"

#ifdef __SANITIZE_ADDRESS__
/// Unicorn keeps a little memory for good with each engine that is opened; what we look for are leaks of ours.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libunicorn";
}
extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() {
  return "print_suppressions=0";
}
#endif

namespace emu {
namespace {

// Where in RAM the short program for entering CPL 3 stands while it runs; zeroed afterwards.
constexpr uint64_t kStub = 0x1000;
constexpr uint64_t kUserCode = 0x1100;
constexpr uint64_t kGdt = 0x2000;
constexpr uint64_t kStackTop = 0x4000;
constexpr uint64_t kScratchEnd = 0x4000;

constexpr uint64_t kUserDataSelector = 3 << 3 | 3;
constexpr uint64_t kUserCodeSelector = 4 << 3 | 3;

}  // namespace

Result<std::unique_ptr<Engine>> create_engine(const EngineOptions& options, const GuestMemory& memory, Bus& bus,
                                              asx::Observer& observer) {
  return UnicornEngine::create(options, memory, bus, observer);
}

Result<std::unique_ptr<Engine>> UnicornEngine::create(const EngineOptions& options, const GuestMemory& memory, Bus& bus,
                                                      asx::Observer& observer) {
  static auto traits = examine_unicorn();  // the library does not change while the program runs
  if (!traits) return Error{traits.error()};
  auto decoder = Decoder::create();
  if (!decoder) return Error{"the disassembler library Capstone does not start"};
  std::unique_ptr<UnicornEngine> engine(
      new UnicornEngine(options, memory, bus, observer, traits.value(), std::move(*decoder)));
  if (auto error = engine->open()) return *error;
  return std::unique_ptr<Engine>(std::move(engine));
}

MaybeError UnicornEngine::open() {
  uc_engine* engine = nullptr;
  if (const uc_err error = uc_open(UC_ARCH_X86, UC_MODE_64, &engine); error != UC_ERR_OK) {
    return Error{std::string("Unicorn does not start: ") + uc_strerror(error)};
  }
  engine_.reset(engine);
  unicorn_registers_.emplace(engine);
  uc_context* context = nullptr;
  const bool is_ready =
      configure() && prepare_copies() && add_hooks() && uc_context_alloc(engine, &context) == UC_ERR_OK;
  context_.reset(context);
  if (!is_ready) return Error{"Unicorn refuses a setting that the machine needs"};
  if (!enter_user_mode()) return Error{"this Unicorn does not enter CPL 3"};
  return {};
}

bool UnicornEngine::configure() {
  uc_engine* engine = engine_.get();
  // a fixed model, so that all versions behave alike: it has nothing that the machine does not offer
  bool ok = uc_ctl_set_cpu_model(engine, UC_CPU_X86_NEHALEM) == UC_ERR_OK;
  ok = ok && uc_ctl_set_tcg_buffer_size(engine, options_.translation_buffer) == UC_ERR_OK;
  ok = ok && uc_ctl_tlb_mode(engine, UC_TLB_VIRTUAL) == UC_ERR_OK;
  ok = ok && uc_ctl_exits_enable(engine) == UC_ERR_OK;
  auto* ram = memory_.at<std::byte>({0});
  ok = ok && uc_mem_map_ptr(engine, 0, memory_.size(), UC_PROT_ALL, ram) == UC_ERR_OK;
  ok = ok && uc_mmio_map(engine, asx::kDeviceBase, asx::kDeviceEnd - asx::kDeviceBase, &on_device_read, this,
                         &on_device_write, this) == UC_ERR_OK;
  if (accesses_ != nullptr) {
    ok = ok && AccessReporter::map_windows([&](uint64_t start) {
           return uc_mem_map_ptr(engine, start, memory_.size(), UC_PROT_ALL, ram) == UC_ERR_OK &&
                  uc_mmio_map(engine, start + asx::kDeviceBase, asx::kDeviceEnd - asx::kDeviceBase, &on_device_read,
                              this, &on_device_write, this) == UC_ERR_OK;
         });
  }

  constexpr uint64_t kCr0 = 0x33;   // PE, MP, ET, NE
  constexpr uint64_t kCr4 = 0x604;  // TSD (RDTSC traps), OSFXSR, OSXMMEXCPT
  constexpr uint16_t kControlWord = 0x37f, kTags = 0xffff;
  constexpr uint32_t kMxcsr = 0x1f80;
  ok = ok && uc_reg_write(engine, UC_X86_REG_CR0, &kCr0) == UC_ERR_OK;
  ok = ok && uc_reg_write(engine, UC_X86_REG_CR4, &kCr4) == UC_ERR_OK;
  ok = ok && uc_reg_write(engine, UC_X86_REG_FPCW, &kControlWord) == UC_ERR_OK;
  ok = ok && uc_reg_write(engine, UC_X86_REG_FPTAG, &kTags) == UC_ERR_OK;
  ok = ok && uc_reg_write(engine, UC_X86_REG_MXCSR, &kMxcsr) == UC_ERR_OK;
  return ok;
}

bool UnicornEngine::add_hooks() {
  // All of them now: code that is translated before a hook exists never calls it. Without an AccessObserver no hook for
  // memory accesses or single instructions: one alone would make every load and store several times slower.
  const auto add = [this](int type, auto* callback, int instruction = 0) {
    uc_hook hook = 0;
    return uc_hook_add(engine_.get(), &hook, type, reinterpret_cast<void*>(callback), this, 1, 0, instruction) ==
           UC_ERR_OK;
  };
  return add(UC_HOOK_TLB_FILL, &on_tlb_fill) && add(UC_HOOK_BLOCK, &on_block) &&
         add(UC_HOOK_INSN_INVALID, &on_invalid_instruction) && add(UC_HOOK_INTR, &on_interrupt) &&
         add(UC_HOOK_INSN, &on_system_call, UC_X86_INS_SYSCALL) && add(UC_HOOK_INSN, &on_cpuid, UC_X86_INS_CPUID) &&
         (accesses_ == nullptr || accesses_->add_hooks(engine_.get()));
}

/// The interface cannot change the privilege level, so guest code does: IRETQ to an instruction that stops.
bool UnicornEngine::enter_user_mode() {
  uc_engine* engine = engine_.get();
  const auto put = [this](uint64_t address, auto... values) {
    const uint64_t words[] = {values...};
    std::memcpy(memory_.at<uint64_t>({address}), words, sizeof words);
  };
  put(kGdt + 3 * 8, uint64_t{0x00cff3000000ffff}, uint64_t{0x00affb000000ffff});  // data and 64-bit code of DPL 3
  put(kStub, uint64_t{0xcf48});                                                   // iretq
  put(kUserCode, uint64_t{0x0b0f});                                               // ud2
  const uint64_t stack = kStackTop - 5 * 8;
  put(stack, kUserCode, kUserCodeSelector, uint64_t{0x202}, kStackTop, kUserDataSelector);

  uc_x86_mmr table{};
  table.base = kGdt;
  table.limit = 5 * 8 - 1;
  bool ok = uc_reg_write(engine, UC_X86_REG_GDTR, &table) == UC_ERR_OK;
  ok = ok && uc_reg_write(engine, UC_X86_REG_RSP, &stack) == UC_ERR_OK;
  clock_.set_deadline(InstructionClock::kNever);
  ok = ok && uc_emu_start(engine, kStub, 0, 0, 0) == UC_ERR_OK;

  uint64_t selector = 0;
  ok = ok && uc_reg_read(engine, UC_X86_REG_CS, &selector) == UC_ERR_OK;
  const bool is_inside = (selector & 3) == 3 && unicorn_registers_->rip() == kUserCode;

  // no descriptor tables from here on: a guest's load of a segment register is #GP, and never reads guest memory
  const uc_x86_mmr none{};
  ok = ok && uc_reg_write(engine, UC_X86_REG_GDTR, &none) == UC_ERR_OK;
  ok = ok && uc_reg_write(engine, UC_X86_REG_IDTR, &none) == UC_ERR_OK;
  std::memset(memory_.at<std::byte>({kStub}), 0, kScratchEnd - kStub);
  ok = ok && uc_ctl_flush_tb(engine) == UC_ERR_OK;
  asx::Registers start;
  unicorn_registers_->load(start);
  unicorn_registers_->store(asx::Registers{}, 0);
  flush_tlb();
  clear_pending_exception();
  setting_up_ = false;
  if (accesses_ != nullptr) accesses_->begin();
  clock_.reset();
  counts_ = {};
  return ok && is_inside;
}

}  // namespace emu
