// SPDX-License-Identifier: GPL-2.0-or-later
// The baseline of compute speed: a static Linux program on plain Unicorn, flat memory, its few system calls served by
// the host. Enough for tests/bench/cpu.c and its like. With --count, and a hook that counts the blocks and does nothing
// else: what any count of instructions costs at least.
#include <elf.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unicorn/unicorn.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

constexpr uint64_t kMemory = uint64_t{1} << 30;
constexpr uint64_t kStackTop = uint64_t{500} << 20, kMappings = uint64_t{512} << 20;

char* memory = nullptr;
uint64_t program_break = 0, next_mapping = kMappings;
int exit_status = 0;

uint64_t round_up(uint64_t value) {
  return (value + 4095) & ~uint64_t{4095};
}

int64_t serve(uc_engine* engine, const uint64_t* call) {
  switch (call[0]) {
    case 1:  // write
      return write(static_cast<int>(call[1]), memory + call[2], call[3]);
    case 20: {  // writev
      int64_t sum = 0;
      const auto* vector = reinterpret_cast<const uint64_t*>(memory + call[2]);
      for (uint64_t i = 0; i < call[3]; ++i) {
        sum += write(static_cast<int>(call[1]), memory + vector[2 * i], vector[2 * i + 1]);
      }
      return sum;
    }
    case 9: {  // mmap, anonymous
      const uint64_t start = next_mapping;
      next_mapping += round_up(call[2]);
      return static_cast<int64_t>(start);
    }
    case 12:  // brk
      if (call[1] != 0) program_break = call[1];
      return static_cast<int64_t>(program_break);
    case 158:  // arch_prctl: ARCH_SET_FS
      if (call[1] == 0x1002) uc_reg_write(engine, UC_X86_REG_FS_BASE, &call[2]);
      return 0;
    case 60:
    case 231:  // exit
      exit_status = static_cast<int>(call[1]);
      uc_emu_stop(engine);
      return 0;
    case 10:
    case 11:
    case 13:
    case 14:
    case 218:
    case 273:  // mprotect, munmap, signals, thread lists: nothing to do
      return 0;
    default:
      return -38;
  }
}

void on_system_call(uc_engine* engine, void*) {
  int ids[] = {UC_X86_REG_RAX, UC_X86_REG_RDI, UC_X86_REG_RSI, UC_X86_REG_RDX};
  uint64_t call[4];
  void* places[] = {&call[0], &call[1], &call[2], &call[3]};
  uc_reg_read_batch(engine, ids, places, 4);
  const int64_t result = serve(engine, call);
  uc_reg_write(engine, UC_X86_REG_RAX, &result);
}

void count_block(uc_engine*, uint64_t, uint32_t, void* blocks) {
  ++*static_cast<uint64_t*>(blocks);
}

/// Copies the segments; returns the entry point, 0 if the file is unusable.
uint64_t load(const std::vector<char>& file, uint64_t& headers) {
  if (file.size() < sizeof(Elf64_Ehdr)) return 0;
  const auto* elf = reinterpret_cast<const Elf64_Ehdr*>(file.data());
  const auto* segments = reinterpret_cast<const Elf64_Phdr*>(file.data() + elf->e_phoff);
  for (int i = 0; i < elf->e_phnum; ++i) {
    const Elf64_Phdr& segment = segments[i];
    if (segment.p_type != PT_LOAD || segment.p_vaddr + segment.p_memsz > kStackTop / 2) continue;
    std::memcpy(memory + segment.p_vaddr, file.data() + segment.p_offset, segment.p_filesz);
    program_break = std::max(program_break, round_up(segment.p_vaddr + segment.p_memsz));
    if (segment.p_offset <= elf->e_phoff) headers = segment.p_vaddr + elf->e_phoff - segment.p_offset;
  }
  return elf->e_entry;
}

}  // namespace

int main(int count, char** arguments) {
  const bool counts_blocks = count > 1 && std::string(arguments[1]) == "--count";
  if (counts_blocks) {
    ++arguments;
    --count;
  }
  if (count < 2) {
    std::fprintf(stderr, "usage: plain_unicorn [--count] PROGRAM [ARGUMENTS]\n");
    return 2;
  }
  memory = static_cast<char*>(
      mmap(nullptr, kMemory, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
  std::ifstream stream(arguments[1], std::ios::binary);
  const std::vector<char> file{std::istreambuf_iterator<char>(stream), {}};
  uint64_t headers = 0;
  const uint64_t entry = load(file, headers);
  if (entry == 0) {
    std::fprintf(stderr, "plain_unicorn: cannot load %s\n", arguments[1]);
    return 2;
  }

  uint64_t stack = kStackTop;
  std::vector<uint64_t> words = {static_cast<uint64_t>(count - 1)};
  for (int i = 1; i < count; ++i) {
    const std::string text = arguments[i];
    stack -= text.size() + 1;
    std::memcpy(memory + stack, text.c_str(), text.size() + 1);
    words.push_back(stack);
  }
  const auto* elf = reinterpret_cast<const Elf64_Ehdr*>(file.data());
  const uint64_t random = stack -= 16;
  for (const uint64_t word : {uint64_t{0}, uint64_t{0}, uint64_t{AT_PHDR}, headers, uint64_t{AT_PHENT}, uint64_t{56},
                              uint64_t{AT_PHNUM}, uint64_t{elf->e_phnum}, uint64_t{AT_PAGESZ}, uint64_t{4096},
                              uint64_t{AT_RANDOM}, random, uint64_t{AT_NULL}, uint64_t{0}}) {
    words.push_back(word);
  }
  stack = (stack - words.size() * 8) & ~uint64_t{15};
  std::memcpy(memory + stack, words.data(), words.size() * 8);

  uc_engine* engine = nullptr;
  if (uc_open(UC_ARCH_X86, UC_MODE_64, &engine) != UC_ERR_OK) return 1;
  uc_mem_map_ptr(engine, 0, kMemory, UC_PROT_ALL, memory);
  uc_reg_write(engine, UC_X86_REG_RSP, &stack);
  uc_hook hook;
  uc_hook_add(engine, &hook, UC_HOOK_INSN, reinterpret_cast<void*>(on_system_call), nullptr, 1, 0,
              static_cast<int>(UC_X86_INS_SYSCALL));
  uint64_t blocks = 0;
  if (counts_blocks) {
    uc_hook_add(engine, &hook, UC_HOOK_BLOCK, reinterpret_cast<void*>(count_block), &blocks, 1, 0);
  }
  const uc_err error = uc_emu_start(engine, entry, 0, 0, 0);
  if (error != UC_ERR_OK) std::fprintf(stderr, "plain_unicorn: %s\n", uc_strerror(error));
  return error == UC_ERR_OK ? exit_status : 1;
}
