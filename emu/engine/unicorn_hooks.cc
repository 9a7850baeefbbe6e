// SPDX-License-Identifier: GPL-2.0-or-later
// What Unicorn calls while it runs.
#include <algorithm>
#include <cstring>

#include "emu/engine/cpuid.h"
#include "emu/engine/unicorn_engine.h"

namespace emu {
namespace {

UnicornEngine& self(void* user) {
  return *static_cast<UnicornEngine*>(user);
}

asx::Access access_of(uc_mem_type type) {
  if (type == UC_MEM_FETCH) return asx::Access::Fetch;
  return type == UC_MEM_WRITE ? asx::Access::Write : asx::Access::Read;
}

/// Error code of the #GP for `int n`: as if the gate of every vector were closed to programs (Intel SDM vol. 3, 6.13).
uint32_t software_interrupt_error(uint32_t vector) {
  return vector * 8 + 2;
}

bool starts_with(std::span<const uint8_t> code, std::initializer_list<uint8_t> bytes) {
  return code.size() >= bytes.size() && std::equal(bytes.begin(), bytes.end(), code.begin());
}

}  // namespace

// Translation

bool UnicornEngine::on_tlb_fill(uc_engine*, uint64_t address, uc_mem_type type, uc_tlb_entry* entry, void* user) {
  return self(user).fill(address & ~asx::kPageMask, access_of(type), *entry);
}

bool UnicornEngine::fill(uint64_t page, asx::Access access, uc_tlb_entry& entry) {
  if (setting_up_) {
    entry.paddr = page;
    entry.perms = UC_PROT_ALL;
    return memory_.contains({page}, asx::kPageSize);
  }
  ++counts_.tlb_fills;
  if (access == asx::Access::Fetch && is_copy_fetch(page)) return fill_copy(page, entry);
  const auto translation = translate(page, access);
  if (!translation) return refuse_fill({.fault = translation.fault(), .access = access, .page = page, .drop = {}});
  if (access == asx::Access::Fetch) return fill_for_fetch(page, translation.value(), entry);

  // Data is never executable here, and code never writable, whatever the page tables allow: each kind of access to a
  // page that has both rights comes back to this function.
  const asx::PhysicalAddress physical = translation.value().page;
  const bool write = translation.value().write;
  const bool is_ram = memory_.contains(physical, asx::kPageSize);
  const bool grants_write = write && (access == asx::Access::Write || !is_ram || !has_code(physical));
  entry.paddr = physical.value;
  if (accesses_ != nullptr) {
    const auto place = accesses_->place(page, physical, code_pages_.epoch());
    if (!place) return refuse_fill({.fault = {}, .access = access, .page = page, .drop = {}, .wants_flush = true});
    entry.paddr = *place;
  }
  entry.perms =
      static_cast<uc_prot>((translation.value().read ? UC_PROT_READ : 0) | (grants_write ? UC_PROT_WRITE : 0));
  if (is_ram && grants_write && code_pages_.write(physical)) {
    epoch_must_end_ = true;
    clock_.stop();
  }
  if (is_ram && grants_write && options_.group != nullptr) options_.group->granted_write(options_.cpu, physical);
  return true;
}

/// Of any CPU.
bool UnicornEngine::has_code(asx::PhysicalAddress page) {
  if (code_pages_.has_code(page)) return true;
  return options_.group != nullptr && options_.group->has_code_elsewhere(options_.cpu, page);
}

bool UnicornEngine::fill_for_fetch(uint64_t page, const asx::Translation& translation, uc_tlb_entry& entry) {
  if (!admit_fetch(page, translation.page)) return false;
  entry.paddr = translation.page.value;
  entry.perms = static_cast<uc_prot>((translation.read ? UC_PROT_READ : 0) | UC_PROT_EXEC);
  return true;
}

bool UnicornEngine::admit_fetch(uint64_t page, asx::PhysicalAddress physical) {
  if (!memory_.contains(physical, asx::kPageSize)) {
    const auto fault =
        asx::Fault::address_space(asx::AsCause::Addressing, asx::Access::Fetch, asx::AsOperation::Fetch, {page});
    return refuse_fill({.fault = fault, .access = asx::Access::Fetch, .page = page, .drop = {}});
  }
  if (dropping_) return true;
  if (!may_execute(physical)) {
    return refuse_fill({.fault = {}, .access = asx::Access::Fetch, .page = page, .drop = physical});
  }
  fetched_[page / asx::kPageSize % fetched_.size()] = {code_pages_.epoch(), page, physical};
  return true;
}

bool UnicornEngine::may_execute(asx::PhysicalAddress page) {
  if (code_pages_.fetch(page) == CodePages::Fetch::NeedsDrop) return false;
  if (options_.group != nullptr) options_.group->granted_fetch(options_.cpu, page);
  return true;
}

bool UnicornEngine::refuse_fill(Refusal refusal) {
  refusal_ = refusal;
  return false;
}

// Blocks

void UnicornEngine::on_block(uc_engine*, uint64_t address, uint32_t size, void* user) {
  UnicornEngine& e = self(user);
  const BlockCounts::Entry* const known = e.block_counts_.find(address, size);
  if (known != nullptr && e.clock_.count_unless_due(known->count())) [[likely]] {
    e.last_block_ = known;
    return;
  }
  e.begin_block({address, size});
}

// Instructions

void UnicornEngine::leave_hook(int64_t rip_bias) {
  store_registers(rip_bias);
  if (flush_wanted_) flush_tlb();
  // with an exit set, nothing else may be translated: its translation could hold the exit
  if (exit_ && stop_ == Stop::None) stop_ = Stop::Boundary;
  if (stop_ != Stop::None) {
    clock_.stop();
    uc_emu_stop(engine_.get());
  }
}

bool UnicornEngine::on_invalid_instruction(uc_engine* engine, void* user) {
  UnicornEngine& e = self(user);
  if (e.setting_up_) {
    uc_emu_stop(engine);
    return true;
  }
  e.load_registers();
  e.execute_extension();
  e.invalid_at_ = e.clock_.now();
  e.leave_hook(0);
  return true;
}

void UnicornEngine::execute_extension() {
  std::array<uint8_t, asx::kMaximumInstructionLength> buffer;
  const std::span<const uint8_t> code(buffer.data(), fetch_code(registers_.rip, buffer));
  const auto instruction = asx::decode(code);
  asx::MaybeFault fault;
  if (instruction) {
    update_timer();
    if (accesses_ != nullptr) accesses_->extension(*instruction, registers_);
    fault = asx::execute(machine_, *instruction);
    if (instruction->mnemonic == asx::Mnemonic::Gret && !fault) returned_at_ = clock_.now();
  } else if (starts_with(code, {0xcd, 6})) {
    fault = asx::Fault{asx::kVectorGeneralProtection, software_interrupt_error(6), {}};
  } else if (starts_with(code, {0x0f, 0x01, 0xf9})) {  // RDTSCP, which this CPU model does not have
    uncount_last_instruction();
    if (emulate_clock_read()) return;
  } else {
    fault = missing_code(registers_.rip, code).value_or(asx::Fault{asx::kVectorInvalidOpcode, 0, {}});
  }
  if (!fault) return;
  if (!asx::is_switch(*fault)) uncount_last_instruction();
  deliver(*fault);
}

/// The engine finds an opcode invalid after its second byte. If it is ours, and the rest lies in a page that cannot be
/// fetched, that is the fault.
std::optional<asx::Fault> UnicornEngine::missing_code(uint64_t rip, std::span<const uint8_t> code) {
  if (code.empty()) return std::nullopt;
  const bool has_rex = (code[0] & 0xf0) == 0x40;
  const bool is_ours = starts_with(code.subspan(has_rex ? 1 : 0), {0x0f, 0x0a});
  if (!is_ours || code.size() >= asx::bytes_needed(code[0])) return std::nullopt;
  const auto rest = translate(rip + code.size(), asx::Access::Fetch);
  if (rest) return std::nullopt;
  return rest.fault();
}

void UnicornEngine::on_system_call(uc_engine*, void* user) {
  UnicornEngine& e = self(user);
  e.load_registers();
  e.execute_system_call();
  e.leave_hook(-e.traits_.system_call_bias);
}

void UnicornEngine::execute_system_call() {
  update_timer();
  if (accesses_ != nullptr) accesses_->system_call();
  const asx::MaybeFault fault = asx::system_call(machine_);
  if (!fault) {
    ++counts_.system_calls;
    return;
  }
  if (!asx::is_switch(*fault)) uncount_last_instruction();
  deliver(*fault);
}

int UnicornEngine::on_cpuid(uc_engine* engine, void* user) {
  uint64_t rax = 0, rcx = 0;
  uc_reg_read(engine, UC_X86_REG_RAX, &rax);
  uc_reg_read(engine, UC_X86_REG_RCX, &rcx);
  const CpuidAnswer answer = cpuid(static_cast<uint32_t>(rax), static_cast<uint32_t>(rcx), self(user).options_.variant);
  const std::array<uint64_t, 4> values = {answer.eax, answer.ebx, answer.ecx, answer.edx};
  uc_reg_write(engine, UC_X86_REG_RAX, &values[0]);
  uc_reg_write(engine, UC_X86_REG_RBX, &values[1]);
  uc_reg_write(engine, UC_X86_REG_RCX, &values[2]);
  uc_reg_write(engine, UC_X86_REG_RDX, &values[3]);
  return 1;  // the engine's own answer is not wanted
}

// Exceptions

void UnicornEngine::on_interrupt(uc_engine* engine, uint32_t vector, void* user) {
  UnicornEngine& e = self(user);
  if (e.setting_up_) {
    uc_emu_stop(engine);
    return;
  }
  // 2.1.1 reports an invalid instruction here, too, after the hook for it has done its work
  const bool is_echo = vector == asx::kVectorInvalidOpcode && e.invalid_at_ == e.clock_.now();
  if (is_echo) {
    // after `int 6` it has also moved RIP, to behind the instruction
    if (e.unicorn_registers_->rip() != e.engine_rip(e.registers_.rip)) e.leave_hook(0);
    return;
  }
  e.clear_pending_exception();
  // a single step ends with the instruction, not with a part of it
  const bool is_step = vector == asx::kVectorDebug && e.runs_copies_;
  if (is_step && e.executor_->is_within(e.unicorn_registers_->rip())) return;
  e.load_registers();
  e.handle_exception(vector);
  e.leave_hook(0);
}

void UnicornEngine::handle_exception(uint32_t vector) {
  const uint64_t rip = registers_.rip;
  if (vector == asx::kVectorBreakpoint) {  // int3: RIP is past it
    deliver({vector, 0, {}});
    return;
  }
  std::array<uint8_t, 2> before{};
  const bool is_at_end = rip == last_block_->address + last_block_->block().size;
  const bool is_software_interrupt =
      is_at_end && fetch_code(rip - 2, before) == 2 && before[0] == 0xcd && before[1] == vector;
  if (is_software_interrupt) {
    registers_.rip = rip - 2;
    uncount_last_instruction();
    deliver({asx::kVectorGeneralProtection, software_interrupt_error(vector), {}});
    return;
  }
  uncount_from(rip);
  if (vector == asx::kVectorGeneralProtection && emulate_clock_read()) return;
  deliver(exception_fault(vector));
}

asx::Fault UnicornEngine::exception_fault(uint32_t vector) const {
  const bool is_exception = vector < asx::kVectorInterrupt && vector != asx::kVectorAddressSpace;
  if (!is_exception) return {asx::kVectorGeneralProtection, 0, {}};
  const bool has_error_code = vector >= 10 && vector <= 13;
  int32_t error_code = 0;
  if (has_error_code && traits_.error_code) {
    std::memcpy(&error_code, reinterpret_cast<const char*>(context_.get()) + *traits_.error_code, sizeof error_code);
  }
  return {vector, static_cast<uint32_t>(error_code), {}};
}

/// RDTSC and RDTSCP at RIP; not yet counted. False if there is something else.
bool UnicornEngine::emulate_clock_read() {
  std::array<uint8_t, 3> buffer;
  const std::span<const uint8_t> code(buffer.data(), fetch_code(registers_.rip, buffer));
  const bool has_id = starts_with(code, {0x0f, 0x01, 0xf9});
  if (!has_id && !starts_with(code, {0x0f, 0x31})) return false;
  const uint64_t now = ticks();
  registers_.gpr[asx::kRax] = now & UINT32_MAX;
  registers_.gpr[asx::kRdx] = now >> 32;
  if (has_id) registers_.gpr[asx::kRcx] = cpu_.id;
  registers_.rip += has_id ? 3 : 2;
  clock_.count(1);
  return true;
}

// Devices

uint64_t UnicornEngine::on_device_read(uc_engine*, uint64_t offset, unsigned size, void* user) {
  UnicornEngine& e = self(user);
  const uint64_t value = e.bus_.read(offset, size);
  e.timer_changed();
  return value;
}

void UnicornEngine::on_device_write(uc_engine*, uint64_t offset, unsigned size, uint64_t value, void* user) {
  UnicornEngine& e = self(user);
  e.bus_.write(offset, size, value);
  e.timer_changed();
}

}  // namespace emu
