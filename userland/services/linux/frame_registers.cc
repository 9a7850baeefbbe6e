// SPDX-License-Identifier: GPL-2.0-or-later
#include "userland/services/linux/frame_registers.h"

#include "isa-ext/abi/structures.h"
#include "userland/runtime/kernel.h"
#include "userland/runtime/memory.h"

namespace hop::personality {
namespace {

/// A register of the frame and its place in a signal's context.
struct Place {
  uint64_t number;
  uint64_t SignalRegisters::*member;
};

constexpr Place kInCalls[] = {
    {asx::kRbx, &SignalRegisters::rbx},
    {asx::kRbp, &SignalRegisters::rbp},
    {asx::kRsp, &SignalRegisters::rsp},
    {asx::kR12, &SignalRegisters::r12},
    {asx::kR13, &SignalRegisters::r13},
    {asx::kR14, &SignalRegisters::r14},
    {asx::kR15, &SignalRegisters::r15},
    {static_cast<uint64_t>(FrameRegister::Rip), &SignalRegisters::rip},
    {static_cast<uint64_t>(FrameRegister::Flags), &SignalRegisters::flags},
};
constexpr Place kOnlyInFaults[] = {
    {asx::kRax, &SignalRegisters::rax}, {asx::kRcx, &SignalRegisters::rcx}, {asx::kRdx, &SignalRegisters::rdx},
    {asx::kRsi, &SignalRegisters::rsi}, {asx::kRdi, &SignalRegisters::rdi}, {asx::kR8, &SignalRegisters::r8},
    {asx::kR9, &SignalRegisters::r9},   {asx::kR10, &SignalRegisters::r10}, {asx::kR11, &SignalRegisters::r11},
};
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

void read_call_frame(SignalRegisters& registers) {
  read(kInCalls, registers);
}
void write_call_frame(const SignalRegisters& registers) {
  write(kInCalls, registers);
}

void read_fault_frame(SignalRegisters& registers) {
  read(kInCalls, registers);
  read(kOnlyInFaults, registers);
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
