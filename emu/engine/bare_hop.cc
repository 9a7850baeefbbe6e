// SPDX-License-Identifier: GPL-2.0-or-later
#include "emu/engine/bare_hop.h"

#include <unicorn/unicorn.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace emu {
namespace {

constexpr uint64_t kMemory = 1 << 20, kCode = 0x1000, kPage = 0x1000;
// 1: (undefined) ; dec rcx ; jnz 1b
constexpr uint8_t kLoop[] = {0x0f, 0x0a, 0x48, 0xff, 0xc9, 0x75, 0xf9};
constexpr uint64_t kUndefinedLength = 2;

bool fill(uc_engine*, uint64_t address, uc_mem_type, uc_tlb_entry* entry, void*) {
  entry->paddr = address & ~(kPage - 1);
  entry->perms = static_cast<uc_prot>(UC_PROT_READ | UC_PROT_EXEC);
  return true;
}

bool hop(uc_engine* engine, void*) {
  uint64_t rip = 0;
  uc_reg_read(engine, UC_X86_REG_RIP, &rip);
  uc_ctl_flush_tlb(engine);
  rip += kUndefinedLength;
  uc_reg_write(engine, UC_X86_REG_RIP, &rip);
  return true;
}

void ignore_interrupt(uc_engine*, uint32_t, void*) {}  // 2.1.1 reports a handled undefined instruction once more

}  // namespace

Result<double> measure_bare_hop(uint64_t hops) {
  struct Close {
    void operator()(uc_engine* engine) const { uc_close(engine); }
  };
  struct alignas(kPage) Page {
    uint8_t bytes[kPage];
  };
  const auto memory = std::make_unique<Page[]>(kMemory / kPage);
  std::memcpy(memory[kCode / kPage].bytes, kLoop, sizeof kLoop);
  uc_engine* opened = nullptr;
  uc_err error = uc_open(UC_ARCH_X86, UC_MODE_64, &opened);
  const std::unique_ptr<uc_engine, Close> engine(opened);
  uc_hook hooks[3];
  const auto attempt = [&](auto&& call) {
    if (error == UC_ERR_OK) error = call();
  };
  attempt([&] { return uc_ctl_tlb_mode(engine.get(), UC_TLB_VIRTUAL); });
  attempt([&] { return uc_mem_map_ptr(engine.get(), 0, kMemory, UC_PROT_ALL, memory.get()); });
  const auto hook = [&](uc_hook& handle, int kind, void* function) {
    attempt([&] { return uc_hook_add(engine.get(), &handle, kind, function, nullptr, 1, 0); });
  };
  hook(hooks[0], UC_HOOK_INSN_INVALID, reinterpret_cast<void*>(hop));
  hook(hooks[1], UC_HOOK_INTR, reinterpret_cast<void*>(ignore_interrupt));
  hook(hooks[2], UC_HOOK_TLB_FILL, reinterpret_cast<void*>(fill));
  attempt([&] { return uc_reg_write(engine.get(), UC_X86_REG_RCX, &hops); });
  const auto start = std::chrono::steady_clock::now();
  attempt([&] { return uc_emu_start(engine.get(), kCode, kCode + sizeof kLoop, 0, 0); });
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
  if (error != UC_ERR_OK) return Error{std::string("the engine cannot hop: ") + uc_strerror(error)};
  return taken.count() / static_cast<double>(hops);
}

}  // namespace emu
