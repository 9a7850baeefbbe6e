// SPDX-License-Identifier: GPL-2.0-or-later
// Slots of what pushes and pops, and of what changes RIP.
#include "emu/engine/slot_writer.h"

namespace emu {

using Kind = Slot::Kind;

bool SlotWriter::write_stack(bool pushes) {
  slot().stores = pushes;
  slot().kind = Kind::Stack;
  return write_plain();
}

void SlotWriter::add_push(asx::Register source) {
  add({0x65});
  if (slot().size == 2) add({0x66});
  const int rex = (slot().size == 8 ? 0x48 : 0x40) | (source >= asx::kR8 ? 4 : 0), low = source & 7;
  add({rex, 0x89, 0x44 | low << 3, 0x24, -slot().size & 0xff});
  if (slot().text_length == 0) first_ends();
}

void SlotWriter::add_pop(asx::Register target) {
  add({0x65});
  if (slot().size == 2) add({0x66});
  const int rex = (slot().size == 8 ? 0x48 : 0x40) | (target >= asx::kR8 ? 4 : 0), low = target & 7;
  add({rex, 0x8b, 0x04 | low << 3, 0x24});
  if (slot().text_length == 0) first_ends();
}

bool SlotWriter::push_register(asx::Register source) {
  add_push(source);
  return write_push({});
}

/// The store, then lea rsp, [rsp-size]: if the store faults, nothing has happened.
bool SlotWriter::write_push(const InstructionText& store) {
  slot().kind = Kind::Operand;
  slot().operand = stack_operand(-slot().size);
  if (store.length != 0) {
    add(store);
    first_ends();
  }
  add({0x48, 0x8d, 0x64, 0x24, -slot().size & 0xff});
  return finish();
}

bool SlotWriter::write_pop(asx::Register target) {
  slot().kind = Kind::Operand;
  slot().operand = stack_operand(0);
  const bool is_whole_rsp = target == asx::kRsp && slot().size == 8;
  if (target == asx::kRsp && !is_whole_rsp) return write_stack(false);  // replaces a part of the sum
  add_pop(target);
  if (!is_whole_rsp) add({0x48, 0x8d, 0x64, 0x24, slot().size});
  return finish();
}

void SlotWriter::choose_temporary() {
  for (const asx::Register candidate : {asx::kRax, asx::kRcx, asx::kRdx}) {
    const AddressForm& form = layout_.address;
    const bool is_base = form.base.kind == asx::OperandBase::General && form.base.number == candidate;
    if (is_base || form.index == candidate) continue;
    slot().temporary = candidate;
    return;
  }
}

bool SlotWriter::write_push_memory() {
  choose_temporary();
  slot().kind = Kind::PushMemory;
  slot().operand = operand_at(layout_.address);
  add(move_of_operand(code_, layout_, {true, slot().size == 2, slot().temporary}));
  first_ends();
  ask();
  part(0);
  add_push(slot().temporary);
  ask();
  part(1);
  return finish();
}

bool SlotWriter::write_pop_memory() {
  choose_temporary();
  slot().kind = Kind::PopMemory;
  slot().operand = operand_at(layout_.address);
  add_pop(slot().temporary);
  ask();
  part(0);
  const uint8_t store_at = at_;
  add(move_of_operand(code_, layout_, {false, slot().size == 2, slot().temporary}));
  slot().amount = at_ - store_at;  // the length of the store, for an operand relative to RIP
  ask();
  part(1);
  return finish();
}

bool SlotWriter::write_leave() {
  slot().kind = Kind::Leave;
  slot().operand = stack_operand(0);
  slot().operand.address.base = base_of(asx::kRbp);
  add({0x65});
  if (slot().size == 2) add({0x66});
  add({slot().size == 2 ? 0x40 : 0x48, 0x8b, 0x45, 0});  // mov rax, [rbp]
  first_ends();
  ask();
  part(0);
  return finish();
}

bool SlotWriter::write_enter() {
  slot().kind = Kind::Enter;
  slot().amount = static_cast<uint16_t>(read_unsigned(code_.last(3).first(2)));
  slot().levels = code_.back() & 31;
  slot().operand = stack_operand(0);
  add_push(asx::kRbp);
  ask();
  part(0);
  add_pop(slot().temporary);  // through RSP, but from where the executor says
  ask();
  part(1);
  add_push(slot().temporary);
  ask();
  part(2);
  return finish();
}

bool SlotWriter::write_return() {
  slot().kind = Kind::Return;
  slot().operand = stack_operand(0);
  if (opcode() == 0xc2) slot().amount = static_cast<uint16_t>(read_unsigned(code_.last(2)));
  add_pop(slot().temporary);
  ask();
  part(0);
  return jump_by_executor();
}

bool SlotWriter::write_call() {
  take_target(4);
  slot().operand = stack_operand(-8);
  slot().kind = is_near(slot().target) ? Kind::Call : Kind::CallFar;
  add_push(slot().temporary);
  if (slot().kind == Kind::Call) {
    add({0x48, 0x8d, 0x64, 0x24, 0xf8});
    slot().done_at = slot().taken_at = at_;
    return jump(slot().target);
  }
  ask();
  part(0);
  return jump_by_executor();
}

bool SlotWriter::write_indirect(Kind through_register, Kind through_memory) {
  const bool is_call = through_register == Kind::CallRegister;
  if (layout_.has_memory) {
    choose_temporary();
    slot().kind = through_memory;
    slot().operand = operand_at(layout_.address);
    add(move_of_operand(code_, layout_, {true, false, slot().temporary}));
    first_ends();
    ask();
    part(0);
  } else {
    slot().kind = through_register;
    slot().number = register_in_modrm();
  }
  if (is_call) {
    add_push(slot().temporary);
    ask();
    part(layout_.has_memory ? 1 : 0);
  }
  return jump_by_executor();
}

bool SlotWriter::write_jump() {
  take_target(opcode() == 0xeb ? 1 : 4);
  if (!is_near(slot().target)) {
    slot().kind = Kind::JumpFar;
    return jump_by_executor();
  }
  slot().taken_at = 0;
  slot().text_length = 5;
  return jump(slot().target);
}

bool SlotWriter::write_conditional() {
  take_target(layout_.map == 0 ? 1 : 4);
  const int condition = opcode() & 15;
  if (is_near(slot().target)) {
    add({0x0f, 0x80 | condition});
    add_number(copy_of(slot().target) - (copy_of(address_) + at_ + 4), 4);
    block_ends();
    first_ends();
    return finish();
  }
  slot().kind = Kind::ConditionalFar;
  add({0x70 | condition, 5});
  block_ends();
  first_ends();
  finish();
  slot().taken_at = at_;
  part(0);
  return jump_by_executor();
}

bool SlotWriter::write_loop() {
  take_target(1);
  if (layout_.has_address_32) add({0x67});
  add({opcode(), 5});
  block_ends();
  first_ends();
  finish();
  slot().taken_at = at_;
  if (is_near(slot().target)) {
    return jump(slot().target);
  }
  slot().kind = Kind::ConditionalFar;
  part(0);
  return jump_by_executor();
}

}  // namespace emu
