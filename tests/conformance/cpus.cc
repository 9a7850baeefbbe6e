// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/conformance/cpus.h"

#include <algorithm>
#include <sstream>

#include "isa-ext/model/space.h"
#include "tests/conformance/little_x86.h"

namespace conformance {
namespace {

/// Steps and delivers what they fault with, until the bell.
template <typename Cpu, typename CodeSpace, typename Deliver>
RunEnd run(Cpu& cpu, const CodeSpace& code_space, const Deliver& deliver) {
  for (uint64_t i = 0; i < kStepLimit; ++i) {
    if (i > 0 && code_space() == kKernel && cpu.rip() == kBellRung) return "";
    const oracle::MaybeFault fault = cpu.step();
    if (!fault) continue;
    if (const auto failed = deliver(*fault)) return "no event: " + text_of(failed);
  }
  return "no end";
}

oracle::MaybeFault converted(const asx::MaybeFault& fault) {
  if (!fault) return std::nullopt;
  return oracle::Fault{fault->vector, fault->error_code, fault->address.value};
}

class Differences {
 public:
  void compare(const char* what, uint64_t of_oracle, uint64_t of_other) {
    if (of_oracle == of_other || !text_.empty()) return;
    std::ostringstream text;
    text << what << ": oracle " << std::hex << of_oracle << ", other " << of_other;
    text_ = text.str();
  }
  void compare(const char* what, const oracle::Space& a, const asx::LoadedSpace& b) {
    compare(what, a.id, b.id.value);
    compare(what, a.generation, b.generation);
    compare(what, a.flags, b.flags);
    compare(what, a.authority, b.authority);
    compare(what, a.syscall_selector, b.syscall_selector);
    compare(what, a.list, b.list.value);
    compare(what, a.list_length, b.list_length);
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

oracle::Choices choices_of(const asx::Variant& variant) {
  oracle::Choices choices;
  choices.operand = static_cast<oracle::Choices::Operand>(variant.operand);
  choices.code_half_is_threads = variant.bind == asx::Bind::Stack || variant.bind == asx::Bind::None;
  choices.stack_half_is_threads = variant.bind == asx::Bind::Code || variant.bind == asx::Bind::None;
  choices.returns_by_record = variant.return_stack == asx::ReturnStack::Memory;
  choices.enters_anywhere = variant.entry == asx::EntryPoint::Anywhere;
  choices.compares_generations = variant.generations == asx::Generations::On;
  choices.save = static_cast<oracle::Choices::Save>(variant.save);
  choices.selector_bits = variant.selector_bits;
  choices.one_space = variant.spaces == asx::Spaces::One;
  return choices;
}

OracleCpu::OracleCpu(const asx::Variant& variant) : machine(choices_of(variant), {}) {}

void OracleCpu::start(const Image& image) {
  machine.memory.bytes() = image.ram;
  oracle::State& state = machine.state = {};
  state.space_table = kSpaceTable;
  state.space_count = kSpaces + 1;
  state.vector_table = kVectorTable;
  state.thread = kThread;
  state.event_mask = ~uint32_t{0};
  state.cs = machine.load(image.start_code);
  state.ss = machine.load(image.start_stack);
  machine.load_lists_of_thread();
  state.gpr = image.gpr;
  state.rip = image.rip;
  state.rflags = image.rflags;
  state.fs_base = image.fs_base;
  state.gs_base = image.gs_base;
}

RunEnd OracleCpu::run_to_bell() {
  return run(
      *this, [&] { return machine.state.cs.id; },
      [&](const oracle::Fault& fault) { return machine.deliver(fault.vector, fault.error, fault.address); });
}

oracle::MaybeFault OracleCpu::step() {
  return conformance::step(*this);
}

std::optional<oracle::MaybeFault> OracleCpu::extension(std::span<const uint8_t> bytes) {
  const auto instruction = oracle::decode(bytes);
  if (!instruction) return std::nullopt;
  ++steps;
  return machine.execute(*instruction);
}

ModelCpu::ModelCpu(const asx::Variant& variant)
    : ram_(kMemory),
      variant_(variant),
      machine{cpu, registers, {reinterpret_cast<std::byte*>(ram_.data()), kMemory}, variant_, port_, observer_} {}

void ModelCpu::start(const Image& image) {
  std::ranges::copy(image.ram, ram_.begin());
  cpu = {};
  cpu.space_table = {kSpaceTable};
  cpu.space_count = kSpaces + 1;
  cpu.vector_table = {kVectorTable};
  cpu.thread = {kThread};
  cpu.event_mask = ~uint32_t{0};
  cpu.code = *asx::load_space(cpu, machine.memory, {image.start_code});
  cpu.stack = *asx::load_space(cpu, machine.memory, {image.start_stack});
  asx::load_lists_of_thread(cpu, machine.memory, variant_, *machine.memory.at<asx::ThreadBlock>({kThread}));
  registers = {};
  registers.gpr = image.gpr;
  registers.rip = image.rip;
  registers.rflags = image.rflags;
  registers.fs_base = image.fs_base;
  registers.gs_base = image.gs_base;
}

RunEnd ModelCpu::run_to_bell() {
  return run(
      *this, [&] { return cpu.code.id.value; },
      [&](const oracle::Fault& fault) { return deliver(fault.vector, fault.error, fault.address); });
}

oracle::MaybeFault ModelCpu::translate(uint64_t address, asx::Access access, uint64_t& physical) {
  const auto found = asx::translate(cpu, machine.memory, variant_, {address}, access);
  if (!found) return converted(found.fault());
  physical = found.value().page.value + (address & asx::kPageMask);
  return std::nullopt;
}

oracle::MaybeFault ModelCpu::step() {
  return conformance::step(*this);
}

std::optional<oracle::MaybeFault> ModelCpu::extension(std::span<const uint8_t> bytes) {
  const auto instruction = asx::decode(bytes);
  if (!instruction) return std::nullopt;
  return converted(asx::execute(machine, *instruction));
}

oracle::MaybeFault ModelCpu::execute(const oracle::Instruction& instruction) {
  // the opcode is the third byte of the encoding: what it means is for the table to say
  const std::array<uint8_t, 5> bytes = {
      static_cast<uint8_t>(0x40 | (instruction.r >> 3 & 1) << 2 | (instruction.m >> 3 & 1)), 0x0f, 0x0a,
      instruction.opcode, static_cast<uint8_t>(0xc0 | (instruction.r & 7) << 3 | (instruction.m & 7))};
  auto decoded = asx::decode(bytes);
  if (!decoded) return oracle::Fault{asx::kVectorInvalidOpcode, 0, 0};
  decoded->length = instruction.length;
  return converted(asx::execute(machine, *decoded));
}

oracle::MaybeFault ModelCpu::system_call() {
  return converted(asx::system_call(machine));
}

oracle::MaybeFault ModelCpu::deliver(uint32_t vector, uint32_t error, uint64_t address) {
  return converted(asx::deliver_event(machine, {vector, error, {address}}));
}

std::string difference(const OracleCpu& oracle, const asx::Registers& registers, const asx::CpuState& cpu,
                       std::span<const uint8_t> ram) {
  const oracle::State& state = oracle.machine.state;
  static constexpr const char* kNames[] = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                           "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
  Differences differences;
  for (unsigned i = 0; i < 16; ++i) differences.compare(kNames[i], state.gpr[i], registers.gpr[i]);
  differences.compare("rip", state.rip, registers.rip);
  differences.compare("rflags", state.rflags, registers.rflags);
  differences.compare("fs base", state.fs_base, registers.fs_base);
  differences.compare("gs base", state.gs_base, registers.gs_base);
  differences.compare("cs", state.cs, cpu.code);
  differences.compare("ss", state.ss, cpu.stack);
  const oracle::Choices& choices = oracle.machine.choices;
  if (choices.code_half_is_threads) differences.compare("code half", state.code_list, cpu.code_list);
  if (choices.stack_half_is_threads) differences.compare("stack half", state.stack_list, cpu.stack_list);
  differences.compare("space table", state.space_table, cpu.space_table.value);
  differences.compare("space count", state.space_count, cpu.space_count);
  differences.compare("vector table", state.vector_table, cpu.vector_table.value);
  differences.compare("thread", state.thread, cpu.thread.value);
  differences.compare("event mask", state.event_mask, cpu.event_mask & 0xffff'ffff);
  differences.compare("compare", state.compare, cpu.compare);
  differences.compare("signals", state.signals, cpu.signals);
  differences.compare("wait mask", state.wait_mask, cpu.wait_mask);
  differences.compare("operand mode", state.mode, static_cast<uint64_t>(cpu.operand_mode));
  for (unsigned n = 1; n < 16; ++n) {
    differences.compare("selector register", state.selector_registers[n], cpu.selector_registers[n - 1]);
  }
  const std::vector<uint8_t>& mine = oracle.machine.memory.bytes();
  if (std::memcmp(mine.data(), ram.data(), mine.size()) != 0) {
    const auto at = static_cast<uint64_t>(std::ranges::mismatch(mine, ram).in1 - mine.begin());
    std::ostringstream what;
    what << "memory at " << std::hex << at;
    differences.compare(what.str().c_str(), mine[at], ram[at]);
  }
  return differences.text();
}

}  // namespace conformance
