// SPDX-License-Identifier: GPL-2.0-or-later
// The lower bound of a hop on this engine: an undefined instruction, its hook, a TLB flush, the refill of the code
// page. Prints nanoseconds for one. Argument: how many.
#include <sys/mman.h>
#include <unicorn/unicorn.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr uint64_t kMemory = 1 << 20, kCode = 0x1000;
// 1: (undefined) ; dec rcx ; jnz 1b
constexpr uint8_t kLoop[] = {0x0f, 0x0a, 0x48, 0xff, 0xc9, 0x75, 0xf9};
constexpr uint64_t kUndefinedLength = 2;

void check(uc_err error, const char* what) {
  if (error == UC_ERR_OK) return;
  std::fprintf(stderr, "bare_hop: %s: %s\n", what, uc_strerror(error));
  std::exit(1);
}

bool fill(uc_engine*, uint64_t address, uc_mem_type, uc_tlb_entry* entry, void*) {
  entry->paddr = address & ~uint64_t{0xfff};
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

int main(int count, char** arguments) {
  const uint64_t hops = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1000000;
  void* memory = mmap(nullptr, kMemory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 1;
  std::memcpy(static_cast<char*>(memory) + kCode, kLoop, sizeof kLoop);

  uc_engine* engine = nullptr;
  check(uc_open(UC_ARCH_X86, UC_MODE_64, &engine), "uc_open");
  check(uc_ctl_tlb_mode(engine, UC_TLB_VIRTUAL), "virtual TLB");
  check(uc_mem_map_ptr(engine, 0, kMemory, UC_PROT_ALL, memory), "memory");
  uc_hook hooks[3];
  check(uc_hook_add(engine, &hooks[0], UC_HOOK_INSN_INVALID, reinterpret_cast<void*>(hop), nullptr, 1, 0), "hook");
  check(uc_hook_add(engine, &hooks[1], UC_HOOK_INTR, reinterpret_cast<void*>(ignore_interrupt), nullptr, 1, 0), "hook");
  check(uc_hook_add(engine, &hooks[2], UC_HOOK_TLB_FILL, reinterpret_cast<void*>(fill), nullptr, 1, 0), "hook");
  uc_reg_write(engine, UC_X86_REG_RCX, &hops);

  const auto start = std::chrono::steady_clock::now();
  check(uc_emu_start(engine, kCode, kCode + sizeof kLoop, 0, 0), "run");
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
  std::printf("%.1f\n", taken.count() / static_cast<double>(hops));
  return 0;
}
