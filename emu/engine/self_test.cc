// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/self_test.h"

#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

namespace emu {
namespace {

constexpr uint64_t kMemory = 0x10000;
constexpr uint64_t kCode = 0x1000;
constexpr int kDivisions = 1000;

struct CloseEngine {
  void operator()(uc_engine* engine) const { uc_close(engine); }
};
struct FreeContext {
  void operator()(uc_context* context) const { uc_context_free(context); }
};

class Examination {
 public:
  [[nodiscard]] Result<UnicornTraits> run() {
    UnicornTraits& traits = traits_;
    uc_version(&traits.major, &traits.minor);
    traits.patch = uc_version(nullptr, nullptr) >> 8 & 0xff;
    const bool is_known = traits.major == 2 && traits.minor >= 1;
    if (!is_known) {
      return Error{"Unicorn " + std::to_string(traits.major) + "." + std::to_string(traits.minor) +
                   " is not supported: Hopscotch needs 2.1.1 or later"};
    }
    if (!open()) return Error{"Unicorn cannot be started with a virtual TLB"};
    if (!find_pending_exception()) return Error{"this Unicorn keeps its pending exception where it cannot be found"};
    find_error_code();
    if (!divide_often()) return Error{"this Unicorn does not deliver repeated exceptions"};
    if (!find_system_call_bias()) return Error{"this Unicorn does not let the SYSCALL hook set RIP"};
    return traits;
  }

 private:
  [[nodiscard]] bool open() {
    uc_engine* engine = nullptr;
    if (uc_open(UC_ARCH_X86, UC_MODE_64, &engine) != UC_ERR_OK) return false;
    engine_.reset(engine);
    bool ok = uc_ctl_set_tcg_buffer_size(engine, 4u << 20) == UC_ERR_OK;
    ok = ok && uc_ctl_tlb_mode(engine, UC_TLB_VIRTUAL) == UC_ERR_OK;
    ok = ok && uc_ctl_exits_enable(engine) == UC_ERR_OK;
    ok = ok && uc_mem_map_ptr(engine, 0, kMemory, UC_PROT_ALL, memory_.data()) == UC_ERR_OK;
    uc_hook hook = 0;
    ok = ok && uc_hook_add(engine, &hook, UC_HOOK_TLB_FILL, reinterpret_cast<void*>(&fill), this, 1, 0) == UC_ERR_OK;
    ok = ok && uc_hook_add(engine, &hook, UC_HOOK_INTR, reinterpret_cast<void*>(&interrupt), this, 1, 0) == UC_ERR_OK;
    ok = ok &&
         uc_hook_add(engine, &hook, UC_HOOK_INSN_INVALID, reinterpret_cast<void*>(&invalid), this, 1, 0) == UC_ERR_OK;
    ok = ok && uc_hook_add(engine, &hook, UC_HOOK_INSN, reinterpret_cast<void*>(&system_call), this, 1, 0,
                           UC_X86_INS_SYSCALL) == UC_ERR_OK;
    uc_context* context = nullptr;
    ok = ok && uc_context_alloc(engine, &context) == UC_ERR_OK;
    context_.reset(context);
    return ok;
  }

  /// Runs code until a hook stops it.
  bool execute(std::span<const uint8_t> code, uint64_t offset) {
    std::memcpy(memory_.data() + kCode + offset, code.data(), code.size());
    return uc_emu_start(engine_.get(), kCode + offset, 0, 0, 0) == UC_ERR_OK;
  }

  std::vector<int32_t> context_words() {
    uc_context_save(engine_.get(), context_.get());
    std::vector<int32_t> words(uc_context_size(engine_.get()) / sizeof(int32_t));
    std::memcpy(words.data(), context_.get(), words.size() * sizeof(int32_t));
    return words;
  }

  void clear_pending_exception() {
    uc_context_save(engine_.get(), context_.get());
    const int32_t none = -1;
    std::memcpy(reinterpret_cast<char*>(context_.get()) + traits_.pending_exception, &none, sizeof none);
    uc_context_restore(engine_.get(), context_.get());
  }

  /// One divide error changes exactly one word of the context from -1 to 0.
  [[nodiscard]] bool find_pending_exception() {
    const auto before = context_words();
    static constexpr uint8_t kDivide[] = {0x31, 0xc9, 0xf7, 0xf1};  // xor ecx, ecx; div ecx
    execute(kDivide, 0);
    if (last_vector_ != 0) return false;
    const auto after = context_words();
    int found = 0;
    for (size_t i = 0; i < before.size(); ++i) {
      if (before[i] != -1 || after[i] != 0) continue;
      traits_.pending_exception = i * sizeof(int32_t);
      ++found;
    }
    return found == 1;
  }

  /// A load of FS with a selector beyond the (empty) GDT leaves the selector as error code. None found is no failure.
  void find_error_code() {
    clear_pending_exception();
    const auto before = context_words();
    static constexpr uint8_t kLoadFs[] = {0xb8, 0x70, 0x56, 0x34,
                                          0x12, 0x8e, 0xe0};  // mov eax, 0x12345670; mov fs, eax
    execute(kLoadFs, 0x100);
    if (last_vector_ != 13) return;
    const auto after = context_words();
    std::optional<size_t> found;
    for (size_t i = 0; i < before.size(); ++i) {
      if (before[i] == 0x5670 || after[i] != 0x5670) continue;
      if (found) return;
      found = i * sizeof(int32_t);
    }
    traits_.error_code = found;
  }

  [[nodiscard]] bool divide_often() {
    clear_pending_exception();
    counting_ = true;
    static constexpr uint8_t kLoop[] = {0x31, 0xc9, 0xf7, 0xf1, 0x0f, 0x0b};  // xor ecx, ecx; div ecx; ud2
    execute(kLoop, 0x200);
    counting_ = false;
    return divisions_ == kDivisions;
  }

  [[nodiscard]] bool find_system_call_bias() {
    uint8_t code[64];
    std::memset(code, 0x90, sizeof code);
    code[0] = 0x0f;
    code[1] = 0x05;
    for (const int i : {30, 40, 42, 44}) {  // a stop at each place where execution may go on
      code[i] = 0x0f;
      code[i + 1] = 0x0b;
    }
    execute(code, 0x300);
    uint64_t rip = 0;
    uc_reg_read(engine_.get(), UC_X86_REG_RIP, &rip);
    traits_.system_call_bias = static_cast<int64_t>(rip) - static_cast<int64_t>(kCode + 0x300 + 40);
    return in_system_call_ && (traits_.system_call_bias == 0 || traits_.system_call_bias == 2);
  }

  static bool fill(uc_engine*, uint64_t address, uc_mem_type, uc_tlb_entry* entry, void*) {
    if (address >= kMemory) return false;
    entry->paddr = address & ~uint64_t{0xfff};
    entry->perms = UC_PROT_ALL;
    return true;
  }

  static void interrupt(uc_engine* engine, uint32_t vector, void* user) {
    auto& self = *static_cast<Examination*>(user);
    if (vector == 6) return;
    self.last_vector_ = static_cast<int>(vector);
    if (!self.counting_) {
      uc_emu_stop(engine);
      return;
    }
    self.clear_pending_exception();
    if (vector != 0 || ++self.divisions_ == kDivisions) uc_emu_stop(engine);
  }

  static bool invalid(uc_engine* engine, void*) {
    uc_emu_stop(engine);
    return true;
  }

  static void system_call(uc_engine* engine, void* user) {
    static_cast<Examination*>(user)->in_system_call_ = true;
    const uint64_t target = kCode + 0x300 + 40;
    uc_reg_write(engine, UC_X86_REG_RIP, &target);
  }

  alignas(4096) std::array<uint8_t, kMemory> memory_{};
  std::unique_ptr<uc_engine, CloseEngine> engine_;
  std::unique_ptr<uc_context, FreeContext> context_;
  UnicornTraits traits_;
  int last_vector_ = -1;
  int divisions_ = 0;
  bool counting_ = false;
  bool in_system_call_ = false;
};

}  // namespace

Result<UnicornTraits> examine_unicorn() {
  return std::make_unique<Examination>()->run();
}

}  // namespace emu
