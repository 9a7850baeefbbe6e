// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/frame_registers.h"

#include "isa-ext/abi/structures.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/memory.h"
#include "userland/services/linux/signals.h"

namespace hop::personality {
namespace {

/// A register of the frame and its place in a signal's context.
struct Place {
  uint64_t number;
  uint64_t SignalRegisters::*member;
};

constexpr Place kCalleeSaved[] = {
    {asx::kRbx, &SignalRegisters::rbx}, {asx::kRbp, &SignalRegisters::rbp}, {asx::kR12, &SignalRegisters::r12},
    {asx::kR13, &SignalRegisters::r13}, {asx::kR14, &SignalRegisters::r14}, {asx::kR15, &SignalRegisters::r15},
};
constexpr Place kAlways[] = {
    {asx::kRsp, &SignalRegisters::rsp},
    {static_cast<uint64_t>(FrameRegister::Rip), &SignalRegisters::rip},
    {static_cast<uint64_t>(FrameRegister::Flags), &SignalRegisters::flags},
};
constexpr Place kScratch[] = {
    {asx::kRcx, &SignalRegisters::rcx}, {asx::kRsi, &SignalRegisters::rsi}, {asx::kRdi, &SignalRegisters::rdi},
    {asx::kR8, &SignalRegisters::r8},   {asx::kR9, &SignalRegisters::r9},   {asx::kR10, &SignalRegisters::r10},
    {asx::kR11, &SignalRegisters::r11},
};
constexpr Place kResults[] = {{asx::kRax, &SignalRegisters::rax}, {asx::kRdx, &SignalRegisters::rdx}};
constexpr Place kOfHandlers[] = {
    {static_cast<uint64_t>(FrameRegister::Rip), &SignalRegisters::rip},
    {static_cast<uint64_t>(FrameRegister::Flags), &SignalRegisters::flags},
    {asx::kRsp, &SignalRegisters::rsp},
    {asx::kRdi, &SignalRegisters::rdi},
    {asx::kRsi, &SignalRegisters::rsi},
    {asx::kRdx, &SignalRegisters::rdx},
    {asx::kRax, &SignalRegisters::rax},
};

template <unsigned kCount>
void read(const Place (&places)[kCount], SignalRegisters& registers) {
  for (const Place& place : places) registers.*place.member = kernel::frame_read(place.number).second;
}

template <unsigned kCount>
void write(const Place (&places)[kCount], const SignalRegisters& registers) {
  for (const Place& place : places) kernel::frame_write(place.number, registers.*place.member);
}

}  // namespace

void read_call_frame(const SavedRegisters& saved, SignalRegisters& registers) {
  read(kAlways, registers);
  if (!is_variant(asx::kVariantSavesNone)) return read(kCalleeSaved, registers);
  const auto& kept = *reinterpret_cast<const KeptRegisters*>(&saved + 1);
  registers.rbx = kept.rbx;
  registers.rbp = kept.rbp;
  registers.r12 = kept.r12;
  registers.r13 = kept.r13;
  registers.r14 = kept.r14;
  registers.r15 = kept.r15;
}

void write_call_frame(const SignalRegisters& registers, SavedRegisters& saved) {
  write(kAlways, registers);
  if (is_variant(asx::kVariantSavesAll)) write(kScratch, registers);
  if (!is_variant(asx::kVariantSavesNone)) return write(kCalleeSaved, registers);
  *reinterpret_cast<KeptRegisters*>(&saved + 1) = {registers.rbx, registers.rbp, registers.r12,
                                                   registers.r13, registers.r14, registers.r15};
}

void read_fault_frame(SignalRegisters& registers) {
  read(kAlways, registers);
  read(kCalleeSaved, registers);
  read(kScratch, registers);
  read(kResults, registers);
}

void write_handler_entry(const SignalRegisters& registers) {
  write(kOfHandlers, registers);
}

void save_vector_state(VectorState& state) {
  asm volatile("fxsave64 %0" : "=m"(state));
}

void restore_vector_state(VectorState& state) {
  uint32_t control = 0;
  memcpy(&control, state.bytes + kMxcsrOffset, sizeof(control));
  control &= kMxcsrKnown;
  memcpy(state.bytes + kMxcsrOffset, &control, sizeof(control));
  asm volatile("fxrstor64 %0" : : "m"(state));
}

}  // namespace hop::personality
