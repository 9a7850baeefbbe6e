// SPDX-License-Identifier: GPL-2.0-or-later
#include "examples/attacks/support/component.h"

#include "examples/attacks/support/report.h"
#include "isa-ext/abi/address.h"
#include "isa-ext/abi/structures.h"

extern "C" {
extern char __executable_start[], _end[];
hop::Reply attack_call(uint64_t operand, uint64_t rdi);
void attack_recovery();
}

namespace attack {

namespace {

using namespace hop::kernel;

constexpr uint64_t kPage = asx::kPageSize;
constexpr uint64_t kStackBytes = 4 * kPage;
constexpr uint64_t kStacks = uint64_t{9} << 40;
constexpr uint64_t kReadWrite = hop::kProtectRead | hop::kProtectWrite;
constexpr uint64_t kFaulted = uint64_t{1} << 62;

uint64_t offset_of(void (*function)()) {
  return reinterpret_cast<uint64_t>(function);
}

uint64_t first_characters(const char* name) {
  uint64_t word = 0;
  for (unsigned i = 0; i < 8 && name[i] != 0; ++i) word |= uint64_t{static_cast<unsigned char>(name[i])} << (8 * i);
  return word;
}

}  // namespace

uint16_t must(const hop::Reply& reply) {
  if (!reply.is_error()) return static_cast<uint16_t>(reply.value);
  Line() << "cannot be set up: status " << reply.value;
  machine_exit(kNotSetUp);
  __builtin_trap();
}

uint16_t make_component(const char* name, unsigned stacks) {
  const uint16_t component = must(space_create(asx::kSpaceCode, 32, first_characters(name), 0));
  const auto start = reinterpret_cast<uint64_t>(__executable_start);
  const auto end = (reinterpret_cast<uint64_t>(_end) + kPage - 1) & ~(kPage - 1);
  for (uint64_t page = start; page < end; page += kPage) {
    const hop::Reply shared =
        space_share(component, page, hop::kSelf, page, kPage, hop::kProtectRead | hop::kProtectExecute);
    if (shared.status() != hop::Status::NotFound) must(shared);  // a gap between segments
  }
  for (unsigned i = 0; i < stacks; ++i) {
    const uint64_t top = kStacks + (i + 1) * (kStackBytes + kPage);
    must(space_map(component, top - kStackBytes, kStackBytes, kReadWrite));
    must(pool_add(component, top, 0));
  }
  return component;
}

uint16_t make_gate(uint16_t component, void (*entry)()) {
  return must(gate_create(component, offset_of(entry), 0, static_cast<uint64_t>(asx::StackPolicy::Pool),
                          offset_of(attack_recovery), 0));
}

void grant(uint16_t component, uint16_t index, uint16_t selector, uint64_t rights) {
  must(list_insert(component, index, selector, rights));
}

uint16_t make_data(const char* name, uint64_t first_word, uint64_t second_word) {
  const uint16_t space = must(space_create(asx::kSpaceStack, 1, first_characters(name), 0));
  must(space_map(space, 0, kPage, kReadWrite));
  auto* words = reinterpret_cast<volatile uint64_t*>(address_in(space, 0));
  words[0] = first_word;
  words[1] = second_word;
  return space;
}

Outcome call(uint64_t operand, uint64_t rdi) {
  const hop::Reply reply = attack_call(operand, rdi);
  return outcome_of(static_cast<uint64_t>(reply.value), reply.second);
}

Outcome outcome_of(uint64_t rax, uint64_t rdx) {
  const bool has_faulted = (rax & kFaulted) != 0 && rax >> 63 == 0;
  if (!has_faulted) return {.value = rax, .second = rdx};
  return {.has_faulted = true,
          .vector = static_cast<uint32_t>((rax & ~kFaulted) >> 32),
          .error_code = static_cast<uint32_t>(rax),
          .address = rdx};
}

}  // namespace attack
